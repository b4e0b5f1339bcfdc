"""Topology ``keep``: the user's own vertices, told part by part and moved as the head model moves."""
