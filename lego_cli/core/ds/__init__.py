"""DS, the surface deformation network: its network, its training, and exact codes of heads that it knows."""
