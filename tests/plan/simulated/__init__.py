"""A simulated car and its plan for the tests: what happens, what is true, and what is known."""
