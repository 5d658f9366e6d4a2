"""Tests of the simulator alone, without the integration."""
