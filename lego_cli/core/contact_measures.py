"""What goes wrong where parts of a face touch, as somebody sees it who looks at the face: counted in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lego_cli.api import Cameras, Renderer, Topology

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

LOOKED = ((0.0, -0.03, 0.6), (0.33, 0.0, 0.50), (-0.33, 0.0, 0.50), (0.0, -0.3, 0.5))  # metres: front, sides, below
AIM, FIELD = (0.0, -0.03, 0.03), 16.0  # what is looked at, and the field of view in degrees
SIZE = 240  # pixels: about 0.7 mm each
INSIDE = ("mouth_bag", "teeth_upper", "teeth_lower", "tongue")
TEETH = ("teeth_upper", "teeth_lower")
EYES = ("eye_left", "eye_right")
DEEP = 0.006  # metres: what lies further in front of the skin stands before it, not in it
RIM = 2  # rings of faces round an opening that lead inside
FACING = 0.15  # cosine: skin seen at a lower angle tells nothing


@dataclass(frozen=True, eq=False)
class ContactMeasures:
    """Counts on heads of one topology with parts, canonical metres, from four places."""

    topology: Topology
    renderer: Renderer

    def eyeball_pixels(self, heads: Floats) -> Floats:
        """``(B,)`` pixels of eyeballs that are seen, of the place that sees most."""
        return self._seen(heads, EYES)

    def mouth_pixels(self, heads: Floats) -> Floats:
        """``(B,)`` pixels of teeth, tongue and the mouth's lining that are seen."""
        return self._seen(heads, INSIDE)

    def eyes_through_lids(self, heads: Floats) -> Floats:
        """``(B,)`` pixels in which an eyeball lies right in front of skin: it has come through a lid."""
        return self._through(heads, EYES)

    def teeth_through_lips(self, heads: Floats) -> Floats:
        """``(B,)`` pixels in which teeth lie right in front of skin."""
        return self._through(heads, TEETH)

    @cached_property
    def _triangles(self) -> torch.Tensor:
        return torch.from_numpy(np.asarray(self.topology.mesh.triangles()))

    @cached_property
    def _outer_skin(self) -> torch.Tensor:
        """``(T,)`` skin without the rims of its openings, which lead inside: lids' margins lie in the eyeball."""
        skin = self._faces_of(("skin",)).numpy()
        triangles = self._triangles.numpy()
        rim = _boundary(triangles[skin])
        for _ in range(RIM):
            rim = np.unique(triangles[skin & np.isin(triangles, rim).any(1)])
        return torch.from_numpy(skin & ~np.isin(triangles, rim).all(1))

    def _faces_of(self, parts: tuple[str, ...]) -> torch.Tensor:
        index = [np.zeros(0, np.int64), *(self.topology.parts[n] for n in parts if n in self.topology.parts)]
        return torch.from_numpy(np.isin(self._triangles.numpy(), np.concatenate(index)).all(1))

    def _seen(self, heads: Floats, parts: tuple[str, ...]) -> Floats:
        hidden = ("lashes_left", "lashes_right")
        kept = self._triangles[~self._faces_of(hidden)]
        wanted = self._faces_of(parts)[~self._faces_of(hidden)]
        face = self._draw(heads, kept)["face"]
        return _most(wanted[face.clamp_min(0)] & (face >= 0))

    def _through(self, heads: Floats, parts: tuple[str, ...]) -> Floats:
        part = self._draw(heads, self._triangles[self._faces_of(parts)])
        skin = self._draw(heads, self._triangles[self._outer_skin])
        both = (part["face"] >= 0) & (skin["face"] >= 0)
        lead = (skin["depth"] - part["depth"])[:, 0]
        back = torch.tensor(LOOKED, dtype=torch.float32) - torch.tensor(AIM)
        back = (back / back.norm(dim=1, keepdim=True)).repeat(len(heads), 1)
        facing = (skin["normal"] * back[:, :, None, None]).sum(1) > FACING
        return _most(both & facing & (lead > 0.0002) & (lead < DEEP))

    def _draw(self, heads: Floats, faces: torch.Tensor) -> dict[str, Any]:
        """The heads one after the other, each from every place."""
        vertices = torch.from_numpy(np.asarray(heads, np.float32))
        places = torch.tensor(LOOKED).repeat(len(vertices), 1)
        aim = torch.tensor(AIM).expand_as(places)
        up = torch.tensor([0.0, 1.0, 0.0]).expand_as(places)
        cameras = Cameras(places, aim, up, torch.full((len(places),), FIELD))
        with torch.no_grad():
            return self.renderer.render(vertices, faces, cameras, (SIZE, SIZE))


def _boundary(triangles: Ints) -> Ints:
    """Vertices on edges that one triangle alone has."""
    size = int(triangles.max()) + 1
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    key, count = np.unique(ends[:, 0] * size + ends[:, 1], return_counts=True)
    single = key[count == 1]
    return np.unique([single // size, single % size])


def _most(found: torch.Tensor) -> Floats:
    """``(B * places, H, W)`` to the largest count of each head, ``(B,)``."""
    counts: Floats = found.flatten(1).sum(1).reshape(-1, len(LOOKED)).amax(1).double().numpy()
    return counts
