"""A network that looks at pictures of faces: what it learns from, its training, and the cameras it looks through."""
