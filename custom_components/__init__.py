"""Make the folder a package, so that no other `custom_components` on the path is taken for it."""
