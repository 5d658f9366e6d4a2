"""What is known about a vehicle, without Home Assistant."""
