"""Tests of electricity prices in Home Assistant."""
