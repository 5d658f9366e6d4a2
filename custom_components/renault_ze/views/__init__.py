"""What entities and calendars show of a plan, without Home Assistant."""
