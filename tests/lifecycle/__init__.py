"""Tests of accounts and cars that come and go."""
