"""Tests of the configuration, options and repair flows."""
