"""The state of a vehicle and its commands, without Home Assistant."""
