"""The Z.E. Services API."""
