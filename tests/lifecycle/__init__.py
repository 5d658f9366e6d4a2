"""Tests of accounts and cars that are added, disabled, moved and removed."""
