"""Everything a test or a person changes: cars, clock, faults; and the requests that arrived."""
