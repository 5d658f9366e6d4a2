"""Tests of polls and commands in Home Assistant."""
