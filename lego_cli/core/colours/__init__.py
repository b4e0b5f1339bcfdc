"""The colours of an input on another topology, and a painted look where it has none."""
