"""Tests of what entities and calendars show."""
