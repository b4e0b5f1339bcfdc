"""The state of MAGE's cascade, and what its networks see of it; shared by training and encoding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from lego_cli.core.ds.surface_net import Prepared
from lego_cli.core.encoding.mage import NORMAL_METRES, CodeNet, features

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.encoding.head_fields import HeadFields


class Samples:
    """Surface samples of one input, and the nearest of them in position and normal. Any frame in metres or nearly."""

    def __init__(self, points: Floats, normals: Floats) -> None:
        self.points, self.normals = points, normals
        self._tree = cKDTree(np.concatenate([points, NORMAL_METRES * normals], axis=1))

    def nearest(self, points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        """For places ``(Q, 3)`` with normals the nearest samples' points and normals."""
        index = self._tree.query(np.concatenate([points, NORMAL_METRES * normals], axis=1))[1]
        return self.points[index], self.normals[index]


@dataclass(frozen=True)
class Guess:
    """``B`` heads as understood so far: codes, and similarities from the canonical frame to the samples' frames."""

    scale: Tensor  # (B,)
    rotation: Tensor  # (B, 3, 3)
    shift: Tensor  # (B, 3)
    shape: Tensor  # (B, K)
    expression: Tensor  # (B, 52)

    def detach(self) -> Guess:
        """The same without gradients."""
        return Guess(*(x.detach() for x in (self.scale, self.rotation, self.shift, self.shape, self.expression)))

    def place(self, points: Tensor) -> Tensor:
        """Canonical points ``(B, Q, 3)`` to the samples' frame."""
        return self.scale[:, None, None] * (points @ self.rotation.transpose(1, 2)) + self.shift[:, None]

    def unplace(self, points: Tensor) -> Tensor:
        """Points ``(B, Q, 3)`` of the samples' frame to the canonical one."""
        return ((points - self.shift[:, None]) @ self.rotation) / self.scale[:, None, None]


class HeadAtMarks:
    """Decodes codes to the skin and its normals, where the cascade looks."""

    def __init__(self, fields: HeadFields, marks: Tensor) -> None:
        net, prepared = fields.stylist.net, fields.stylist.prepared
        skin = torch.from_numpy(fields.stylist.skin)
        self.net, self.marks = net, marks
        self.skin = Prepared(prepared.placed[skin], prepared.features[:, skin].contiguous())
        chosen = skin[marks]
        self.at_marks = Prepared(prepared.placed[chosen], prepared.features[:, chosen].contiguous())
        self._corners = torch.from_numpy(fields.corners)

    def decode(self, shape: Tensor, expression: Tensor) -> Tensor:
        """``(B, marks, 3)`` differentiable."""
        return self.net.decode(self.at_marks, shape, expression)

    def with_normals(self, shape: Tensor, expression: Tensor) -> tuple[Tensor, Tensor]:
        """``(B, marks, 3)`` points and unit normals."""
        with torch.no_grad():
            skin = self.net.decode(self.skin, shape, expression)
            a, b, c = (skin[:, self._corners[:, k]] for k in range(3))
            area = torch.linalg.cross(b - a, c - a)
            summed = torch.zeros_like(skin)
            for k in range(3):
                summed.index_add_(1, self._corners[:, k], area)
            normals = torch.nn.functional.normalize(summed[:, self.marks], dim=2)
        return skin[:, self.marks], normals


def seen(guess: Guess, inputs: Sequence[Samples], head: HeadAtMarks) -> Tensor:
    """What the next code network sees, ``(B, marks, 5)``."""
    guess = guess.detach()
    vertices, normals = head.with_normals(guess.shape, guess.expression)
    there = guess.place(vertices).double().numpy()
    facing = (normals @ guess.rotation.transpose(1, 2)).double().numpy()
    found = [samples.nearest(there[k], facing[k]) for k, samples in enumerate(inputs)]
    point = torch.from_numpy(np.stack([f[0] for f in found])).float()
    normal = torch.from_numpy(np.stack([f[1] for f in found])).float()
    return features(vertices, normals, guess.unplace(point), normal @ guess.rotation)


def corrected(guess: Guess, stage: CodeNet, look: Tensor) -> Guess:
    """The guess after one code network."""
    pose, shape, expression = stage(look, guess.shape, guess.expression)
    moved = moved_by(guess, pose)
    expression = (guess.expression + expression).clamp(0, 1)
    return replace(moved, shape=guess.shape + shape, expression=expression)


def moved_by(guess: Guess, pose: Tensor) -> Guess:
    """The guess with a small motion of the head in its canonical frame."""
    zero = torch.zeros_like(pose[:, 0])
    x, y, z = pose[:, :3].unbind(1)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=1).view(-1, 3, 3)
    turn = torch.linalg.matrix_exp(cross)
    return replace(
        guess,
        scale=guess.scale * pose[:, 6].exp(),
        rotation=guess.rotation @ turn,
        shift=guess.place(pose[:, None, 3:6])[:, 0],
    )


def normalised(points: Floats) -> tuple[Floats, Floats, float]:
    """Points ``(N, 3)`` with mean 0 and size 1, their middle, and their size."""
    middle = points.mean(0)
    size = float(np.sqrt(((points - middle) ** 2).sum(1).mean()))
    return (points - middle) / size, middle, size
