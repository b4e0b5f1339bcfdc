"""A mesh that moves, made ready for pictures frame by frame: what does not change with the pose is worked out once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.api import Mesh, Renderer
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.makeup import lay_makeup
from lego_cli.preview.materials import KINDS, face_jaws, face_kinds
from lego_cli.preview.occlusion import Openness, open_to_all
from lego_cli.preview.shape import shape_of
from lego_cli.preview.stage import Stage, in_clay, near_one, openness_of, soft_normals
from lego_cli.preview.teeth import Jaws

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.preview.makeup import Landmarks
    from lego_cli.preview.studio import Finish

NEAREST = 2  # key poses whose shade a frame lies between


class MovingStage:
    """Stages of one mesh in many poses.

    What lies in whose shade is worked out for some key poses alone; a frame takes it from those that it is most like.
    """

    def __init__(
        self,
        mesh: Mesh,
        renderer: Renderer,
        finish: Finish,
        keys: tuple[Floats, Floats],
        landmarks: Landmarks | None = None,
    ) -> None:
        """``mesh`` at rest (canonical frame); ``keys``: values ``(K, C)`` and vertices ``(K, V, 3)`` of key poses."""
        self.mesh, self.finish, self.key_values = mesh, finish, keys[0]
        vertices, self.origin, self.unit = near_one(mesh)
        self._rest, _, _ = shape_of(mesh, vertices, {})
        self._splits = self._rest.splits() if finish.smooth else ()
        rest = self._rest.rounded(self._splits)
        bare = finish.clay or rest.coloured or not landmarks
        self._makeup = None if bare else lay_makeup(rest.vertices, landmarks or {})
        solid = self._rest.solid
        eyes = solid.eye[solid.kind == KINDS["eye"]]
        self._balls = [
            torch.unique(solid.faces[(solid.kind == KINDS["eye"]) & (solid.eye == k)]) for k in torch.unique(eyes)
        ]
        owner = mesh.triangle_face()
        teeth = torch.from_numpy(np.where(face_kinds(mesh) == KINDS["teeth"], face_jaws(mesh), 0)[owner])
        self._rows = (torch.from_numpy(mesh.triangles()), teeth)
        self._seen = [self._seen_in(pose, renderer) for pose in keys[1]] if finish.shade else []

    def __call__(self, values: Floats, vertices: Floats) -> Stage:
        """The stage of a pose: its control values ``(C,)`` and its vertices ``(V, 3)``."""
        stage = self._posed(vertices)
        if not self._seen:
            return stage
        near = np.linalg.norm(self.key_values - values, axis=1)
        chosen = np.argsort(near)[:NEAREST]
        share = 1 / (near[chosen] ** 2 + 1e-4)
        parts = [float(s) * self._seen[k].float() for s, k in zip(share / share.sum(), chosen, strict=True)]
        return replace(stage, openness=Openness(stage.openness.directions, torch.stack(parts).sum(0)))

    def _posed(self, vertices: Floats) -> Stage:
        """Open to all light."""
        moved = torch.from_numpy(((vertices - self.origin.numpy()) / self.unit).astype(np.float32))
        coarse = replace(self._rest, vertices=moved)
        shape = coarse.rounded(self._splits)
        eyeballs = Eyeballs.fit({str(k): moved[ball] for k, ball in enumerate(self._balls)}, {}, moved)
        jaws = Jaws.fit(moved, *self._rows)[1]
        normals = soft_normals(shape, bool(self._splits))
        if self.finish.clay:
            shape = in_clay(shape)
        return Stage(shape, normals, open_to_all(shape.vertices), eyeballs, jaws, self._makeup, self.origin, self.unit)

    def _seen_in(self, pose: Floats, renderer: Renderer) -> torch.Tensor:
        """``(V, N)`` half precision: what light reaches each vertex of a pose."""
        stage = self._posed(pose)
        coarse = replace(self._rest, vertices=stage.shape.vertices[: len(pose)])
        return openness_of(stage.shape, stage.normals, coarse, stage.eyeballs, renderer).seen.half()


def key_poses(values: Floats, count: int) -> list[int]:
    """Up to ``count`` rows of ``values (T, C)`` that are most unlike each other, from the one nearest to rest."""
    chosen = [int(np.linalg.norm(values, axis=1).argmin())]
    apart = np.linalg.norm(values - values[chosen[0]], axis=1)
    while len(chosen) < min(count, len(values)) and apart.max() > 1e-3:
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, np.linalg.norm(values - values[chosen[-1]], axis=1))
    return chosen
