"""A simulated car and the plan for it: what happens, what is true, and what is known, for the tests of the plan."""
