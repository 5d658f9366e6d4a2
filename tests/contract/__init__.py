"""Tests of what must be the same for all clouds."""
