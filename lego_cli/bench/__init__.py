"""``lego bench``: what the README claims, measured again beside its rivals."""
