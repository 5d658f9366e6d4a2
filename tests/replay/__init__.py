"""Responses shaped like those of real cars, and what an owner of each model sees."""
