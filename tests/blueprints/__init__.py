"""The blueprints, fired by Home Assistant's own automations."""
