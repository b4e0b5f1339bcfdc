"""The user's own mesh as a topology for everybody: laid onto the mean head, checked and mended."""
