"""Tests of the storage, on a real disk and for each cloud."""
