"""The clouds a Renault Z.E. can be reached through; free of Home Assistant."""
