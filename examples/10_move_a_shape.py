"""Shapes are arrays: pose a head with NumPy alone, strengthen a smile, and write it as a GLB with shapes."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import lego_cli

out = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
rigged = lego_cli.stylize(lego_cli.demo_head(), style="orc", quality="draft", frame="canonical").rigged
weights = np.array([0.8 if name.startswith("mouthSmile") else 0.0 for name in rigged.controls])
smiling = rigged.mesh.vertices + np.tensordot(weights, rigged.shapes, axes=1)  # (V, 3), metres
print(f"a smile moves {np.abs(smiling - rigged.mesh.vertices).max() * 1000:.1f} mm at most")

shapes = rigged.shapes.copy()
for row, name in enumerate(rigged.controls):
    if name.startswith("mouthSmile"):
        shapes[row] *= 1.3
lego_cli.write_mesh(replace(rigged, shapes=shapes), out / "orc_smiles.glb", force=True)
