"""The update cycle of one car without Home Assistant: a real client, the vehicle layer, and the plan."""
