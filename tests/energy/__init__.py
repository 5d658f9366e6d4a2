"""Tests of the energy and cost of charges."""
