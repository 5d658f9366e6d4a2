"""Tests in real processes: Home Assistant, the simulator, and the scripts that start them."""
