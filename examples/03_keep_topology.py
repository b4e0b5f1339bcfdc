"""Keep the artist's mesh: the same vertices and faces in the same order, with UVs and groups, only moved."""

import sys
from pathlib import Path

import numpy as np

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
mine = lego_cli.read_mesh(lego_cli.demo_head())
head = lego_cli.stylize(mine, style="chibi", topology="keep", quality="draft")
assert np.array_equal(head.mesh.corner_vertex, mine.corner_vertex)
moved = np.linalg.norm(head.vertices - mine.vertices, axis=1)
print(
    f"{len(moved)} vertices, moved by {moved.mean():.4f} on average and {moved.max():.4f} at most, in the file's unit"
)
head.save(out / "chibi_keep.obj", force=True)
