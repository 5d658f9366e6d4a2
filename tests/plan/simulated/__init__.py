"""A simulated car and its plan for the tests: events, actual states, and reported states."""
