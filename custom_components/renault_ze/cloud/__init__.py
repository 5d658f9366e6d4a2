"""The clouds of Renault Z.E. cars, without Home Assistant."""
