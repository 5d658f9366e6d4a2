"""Tests of the integration, the simulator and the project around them."""
