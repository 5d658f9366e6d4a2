"""The websocket commands and the module of the dashboard cards."""
