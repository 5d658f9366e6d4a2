"""Tests of the state of a vehicle and its commands."""
