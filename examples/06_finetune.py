"""A style of your own from one pair of meshes: a person, and the same person as an artist would have it."""

import sys
from pathlib import Path

import numpy as np

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
identity = lego_cli.read_mesh(lego_cli.demo_head())  # +Y up, +Z out of the face
low, high = identity.vertices.min(0), identity.vertices.max(0)
up = (identity.vertices[:, 1:2] - low[1]) / (high[1] - low[1])  # 0 at the neck, 1 at the crown
middle = (low + high) / 2
styled = middle + (identity.vertices - middle) * (0.9 + 0.3 * np.sin(np.pi * up) ** 2)  # an artist does better
lego_cli.write_mesh(identity, out / "pair" / "identity.obj", force=True)
lego_cli.write_mesh(identity.with_vertices(styled), out / "pair" / "style.obj", force=True)

# steps=0 stops at the style prior, in seconds; leave both numbers out for the real thing
style = lego_cli.finetune(out / "pair", name="balloon", force=True, steps=0, field_steps=200)
print(style)
style.save(out / "balloon.lego", force=True)  # to share; `lego styles remove balloon` forgets yours
person = lego_cli.encode(lego_cli.demo_head(), quality="draft").with_expression("surprised")
lego_cli.stylize(person, style=style.name).save(out / "balloon.obj", force=True)
