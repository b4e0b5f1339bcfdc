"""Writes the head that ``lego stylize --demo`` works on: ``python -m lego_heads.demo_head -o FILE.obj``.

A person of the head model who is in no training set, warped beyond what the model can make, so that the encoder has
real work to do. CC0, like the model.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_heads.anny_head import load

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED, PERSON = 777, 11
PARTS = "skin mouth_bag socket_left socket_right eye_left eye_right teeth_upper teeth_lower tongue".split()
CENTIMETRES = 100.0


def demo_head() -> tuple[NDArray[Any], NDArray[Any], list[tuple[str, NDArray[Any]]]]:
    """Vertices ``(V, 3)`` in centimetres, UVs, and the faces of each part as rows of vertex and UV indices."""
    head = load()
    neutral = head.neutral(head.sample(PERSON + 1, "adult", SEED)[PERSON:][:1])[0].astype(np.float64)
    warped = neutral + 0.0015 * np.sin(neutral[:, [1, 2, 0]] * 55.0 + [0.3, 1.1, 2.0]) * [0.6, 1.0, 1.0]
    for eye in ("eye_left", "eye_right"):  # eyeballs stay balls
        index = head.parts[eye]
        warped[index] = neutral[index] + (warped[index] - neutral[index]).mean(0)
    mesh, groups = head.mesh, []
    assert mesh.uvs is not None
    assert mesh.corner_uv is not None
    assert mesh.face_group is not None
    for part in PARTS:
        faces = np.flatnonzero(mesh.face_group == mesh.groups.index(part))
        corners = mesh.face_starts[faces][:, None] + np.arange(4)
        groups.append((part, np.stack([mesh.corner_vertex[corners], mesh.corner_uv[corners]], axis=2)))
    return warped * CENTIMETRES, mesh.uvs, groups


def write_obj(path: Path) -> None:
    """Write the demo head as an OBJ of quads with UVs and one group per part."""
    vertices, uvs, groups = demo_head()
    used = np.unique(np.concatenate([rows[..., 0].ravel() for _, rows in groups]))
    place = np.zeros(len(vertices), np.int64)
    place[used] = np.arange(len(used)) + 1
    lines = ["# Demo head of lego, CC0-1.0, centimetres, +Y up", "o demo_head"]
    lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in vertices[used]]
    lines += [f"vt {u:.4f} {v:.4f}" for u, v in uvs]
    for part, rows in groups:
        lines.append(f"g {part}")
        lines += ["f " + " ".join(f"{place[v]}/{t + 1}" for v, t in quad) for quad in rows]
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    write_obj(parser.parse_args().output)
