"""The simulated cars and owners, without HTTP."""
