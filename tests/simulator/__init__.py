"""The simulator, tested by itself: nothing of the integration is used here."""
