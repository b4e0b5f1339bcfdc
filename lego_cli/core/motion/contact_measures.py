"""What goes wrong where parts of a face touch, as somebody sees it who looks at the face: counted in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.api import Cameras, HeadModel, Renderer

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

SIZE = 200  # pixels along each side of a picture: half a millimetre each
RIM = 2  # rings of faces round an opening that lead inside: a lid's margin lies in the eyeball
DEEP = 0.006  # metres: what lies further in front of the skin stands before it, not in it
TOUCH = 0.0002  # metres: what lies less in front of the skin touches it
FACING = 0.15  # cosine: skin seen at a lower angle tells nothing
NEAR = 0.13  # metres round what is looked at: skin that can hide it or be pierced


@dataclass(frozen=True)
class Region:
    """Parts of a face, and where they are looked at from."""

    parts: tuple[str, ...]
    aim: tuple[float, float, float]  # metres
    places: tuple[tuple[float, float, float], ...]  # of the camera, metres
    field: float = 11.0  # degrees


EYES = Region(("eye_left", "eye_right"), (0.0, 0.0, 0.0), ((0.0, 0.0, 0.6), (0.35, 0.02, 0.49), (-0.35, 0.02, 0.49)))
_MOUTH = ((0.0, -0.06, 0.6), (0.35, -0.06, 0.49), (0.0, -0.3, 0.52))
TEETH = Region(("teeth_upper", "teeth_lower"), (0.0, -0.07, 0.0), _MOUTH)
MOUTH = Region(("mouth_bag", "teeth_upper", "teeth_lower", "tongue"), (0.0, -0.07, 0.0), _MOUTH)


@dataclass(frozen=True, eq=False)
class ContactMeasures:
    """Counts on heads ``(B, V, 3)`` of a head model, canonical metres; of the place that sees most."""

    head: HeadModel
    renderer: Renderer

    def __call__(self, heads: Floats, region: Region) -> tuple[Floats, Floats]:
        """``(B,)`` pixels in which the region's parts are seen past the skin, and in which they have come through it.

        A part has come through where it lies right in front of outer skin that faces us.
        """
        skin_faces = self._skin_near(region)
        part = self._draw(heads, self._triangles[self._faces_of(region.parts)], region)
        skin = self._draw(heads, self._triangles[skin_faces], region)
        there, covered = part["face"] >= 0, skin["face"] >= 0
        lead = (skin["depth"] - part["depth"])[:, 0]
        back = torch.tensor(region.places) - torch.tensor(region.aim)
        back = (back / back.norm(dim=1, keepdim=True)).repeat(len(heads), 1)
        facing = (skin["normal"] * back[:, :, None, None]).sum(1) > FACING
        outer = torch.from_numpy(self._outer[skin_faces])[skin["face"].clamp_min(0)]
        pierced = there & covered & outer & facing & (lead > TOUCH) & (lead < DEEP)
        return _most(there & ~(covered & (lead <= 0)), region), _most(pierced, region)

    @cached_property
    def _triangles(self) -> Ints:
        return np.asarray(self.head.mesh.triangles())

    @cached_property
    def _outer(self) -> np.ndarray:
        """``(T,)`` skin without the rims of its openings."""
        skin = self._faces_of(("skin",))
        rim = _boundary(self._triangles[skin])
        for _ in range(RIM):
            rim = np.unique(self._triangles[skin & np.isin(self._triangles, rim).any(1)])
        return np.asarray(skin & ~np.isin(self._triangles, rim).all(1))

    def _faces_of(self, parts: tuple[str, ...]) -> np.ndarray:
        """``(T,)`` which triangles are of some parts."""
        index = np.concatenate([np.asarray(self.head.parts[name]) for name in parts])
        return np.asarray(np.isin(self._triangles, index).all(1))

    def _skin_near(self, region: Region) -> np.ndarray:
        mean = np.asarray(self.head.vertices, np.float64)
        around = mean[np.unique(self._triangles[self._faces_of(region.parts)])].mean(0)
        near = np.linalg.norm(mean - around, axis=1) < NEAR
        return self._faces_of(("skin",)) & near[self._triangles].all(1)

    def _draw(self, heads: Floats, faces: Ints, region: Region) -> dict[str, torch.Tensor]:
        vertices = torch.from_numpy(np.asarray(heads, np.float32))
        places = torch.tensor(region.places).repeat(len(vertices), 1)
        aim, up = torch.tensor(region.aim).expand_as(places), torch.tensor([0.0, 1.0, 0.0]).expand_as(places)
        cameras = Cameras(places, aim, up, torch.full((len(places),), region.field))
        with torch.no_grad():
            return self.renderer.render(vertices, torch.from_numpy(faces), cameras, (SIZE, SIZE))


def _boundary(triangles: Ints) -> Ints:
    """Vertices on edges that one triangle alone has."""
    size = int(triangles.max()) + 1
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    key, count = np.unique(ends[:, 0] * size + ends[:, 1], return_counts=True)
    single = key[count == 1]
    return np.unique([single // size, single % size])


def _most(found: torch.Tensor, region: Region) -> Floats:
    """``(B * places, H, W)`` to the largest count of each head, ``(B,)``."""
    counts: Floats = found.flatten(1).sum(1).reshape(-1, len(region.places)).amax(1).double().numpy()
    return counts
