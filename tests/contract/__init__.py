"""What an owner is promised whichever cloud the car is on."""
