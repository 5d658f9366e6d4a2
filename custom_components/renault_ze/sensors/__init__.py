"""The sensors of a vehicle by what they show."""
