"""First-party plugin package of lego."""
