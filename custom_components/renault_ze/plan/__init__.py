"""What to do next, without Home Assistant."""
