"""An example plugin for lego."""
