"""The control API of tests and users: cars, clock, faults, and the request log."""
