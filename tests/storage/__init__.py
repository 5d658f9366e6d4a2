"""Tests of what is stored, on a real disk and with each cloud in turn."""
