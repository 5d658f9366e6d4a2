"""Tests of the calendars, through Home Assistant's own calendar page."""
