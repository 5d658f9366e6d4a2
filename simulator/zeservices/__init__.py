"""The API of Z.E. Services."""
