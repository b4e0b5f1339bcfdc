"""What the user added, styles, topologies and rigs: files in their folder, found like those of plugins."""
