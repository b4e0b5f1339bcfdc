"""What the encoders are held against: trimesh's non-rigid ICP, started from the truth."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.bench.errors import Errors, measured
from lego_cli.core.geometry.similarity import Similarity, best_similarities

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.bench.heads import BenchMesh
    from lego_cli.core.encoding.head_fields import HeadFields

RIVALS = ("nricp", "nricp_landmarks")
"""``trimesh.registration.nricp_amberg`` with its own settings, without landmarks and with 14 true ones."""
LANDMARKS = (4, 8, 12, 27, 30, 31, 35, 36, 39, 42, 45, 48, 51, 54)
"""Of the 68: jaw, chin, nose, eye corners, mouth corners and upper lip."""


def run_rival(name: str, bench: BenchMesh, fields: HeadFields) -> tuple[Errors, float]:
    """Errors on one mesh, and the CPU seconds that it took.

    It lays the skin of the mean head onto the mesh's skin. That is told from inner parts for it, and the mean head
    starts at the similarity that fits all true correspondences best: neither is known of a file.
    """
    import trimesh

    start = _true_start(bench, fields)
    source = trimesh.Trimesh(fields.mean, fields.corners, process=False)
    target = trimesh.Trimesh(start.inverse(bench.mesh.vertices), bench.skin, process=False)
    target.remove_unreferenced_vertices()
    landmarks = _landmarks(bench, fields) if name == "nricp_landmarks" else None
    goals = None if landmarks is None else start.inverse(bench.truth[landmarks])
    began = time.process_time()
    found: Floats = trimesh.registration.nricp_amberg(source, target, landmarks, goals)
    seconds = time.process_time() - began
    return measured(start.apply(found), bench, fields), seconds


def _true_start(bench: BenchMesh, fields: HeadFields) -> Similarity:
    known = bench.known.astype(np.float64)[None]
    scale, turn, shift = best_similarities(fields.mean[None], bench.truth[None], known)
    return Similarity(float(scale[0]), turn[0], shift[0])


def _landmarks(bench: BenchMesh, fields: HeadFields) -> Ints:
    chosen = fields.landmarks["ibug68"][list(LANDMARKS)]
    return chosen[bench.known[chosen]]
