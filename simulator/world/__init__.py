"""The cars and what happens to them, without HTTP."""
