"""Any head mesh in, the same person in a style out: what ``lego stylize`` and ``lego encode`` call."""
