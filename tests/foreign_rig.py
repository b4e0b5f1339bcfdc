"""A rig as other people have them: another mesh of another person, other units, other axes, other controls."""

from __future__ import annotations

import numpy as np

from lego_cli.api import ARKIT, Mesh

CONTROLS = 14
LIKELY = [k for k, name in enumerate(ARKIT) if not name.startswith(("eyeLook", "tongue", "mouthClose", "cheekPuff"))]


class ForeignRig:
    """Hidden mixes of ARKit actions on a head that was cut finer, turned Z up and measured in centimetres."""

    name = "foreign"

    def __init__(self, head, seed: int = 7) -> None:
        rng = np.random.default_rng(seed)
        neutral = head.neutral(head.sample(1, "adult", seed))[0].astype(np.float64)
        actions = head.actions(neutral.astype(np.float32)).astype(np.float64)
        corners = head.mesh.triangles()
        ends = np.unique(
            np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1), axis=0
        )
        corners = _cut(corners, ends, len(neutral))
        shuffle = rng.permutation(len(neutral) + len(ends))
        self._fine = lambda field: np.concatenate([field, field[ends].mean(1)])[shuffle]
        where = np.argsort(shuffle)
        self.turn = 100 * np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # centimetres, Z up
        self.mixes = np.zeros((CONTROLS, len(ARKIT)))
        for row in self.mixes:
            row[rng.choice(LIKELY, 3, replace=False)] = rng.uniform(0.3, 0.9, 3)
        self.controls = tuple(f"control_{k}" for k in range(CONTROLS))
        self.bounds = np.tile([0.0, 1.0], (CONTROLS, 1))
        shapes = np.tensordot(self.mixes, actions, 1)
        self.mesh = Mesh.from_faces(self._fine(neutral) @ self.turn.T + [3, 5, 150], where[corners])
        self._shapes = np.stack([self._fine(shape) @ self.turn.T for shape in shapes])
        self.nod = 0.0  # radians by which posed heads turn, all of them

    def posed(self, values):
        """Hidden mixes, and a nod of the whole head."""
        moved = self.mesh.vertices + np.tensordot(values, self._shapes, 1)
        c, s = np.cos(self.nod), np.sin(self.nod)
        return moved @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]).T


def _cut(corners: np.ndarray, ends: np.ndarray, count: int) -> np.ndarray:
    """Every triangle in four."""
    place = {tuple(edge): count + k for k, edge in enumerate(ends.tolist())}
    middle = np.array([[place[tuple(sorted((t[k], t[(k + 1) % 3])))] for k in range(3)] for t in corners.tolist()])
    a, b, c = corners.T
    ab, bc, ca = middle.T
    return np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
