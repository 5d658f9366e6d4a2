"""What every test stands on."""

# The plugin's own `custom_components` would be found first otherwise.
import custom_components  # noqa: F401
