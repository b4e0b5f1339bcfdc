"""The painted input in the canonical frame, part by part: who asks for skin gets none from an eye."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from lego_cli.core.colours.colour_places import ColourFinder, ColourPlaces, dot
from lego_cli.core.colours.painted import PaintedMesh
from lego_cli.core.keep.own_topology import OwnPlaces, own_places
from lego_cli.core.keep.part_roles import EYES, LASHES, LOWER, MOUTH, REST, SKIN, UPPER, WORN, sphere_of
from lego_cli.preview.materials import HIDDEN, kind_of

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints, Mesh
    from lego_cli.core.colours.texels import Texels
    from lego_cli.core.stylist import Stylist

SOURCES: dict[str, tuple[str, ...]] = {
    "skin": (SKIN, REST), "lining": (REST, SKIN), "mouth_bag": (REST,), "socket_left": (REST,), "socket_right": (REST,),
    "eye_left": ("eye_left",), "eye_right": ("eye_right",), "teeth_upper": (UPPER,), "teeth_lower": (LOWER,),
    "tongue": (MOUTH,), "lashes": (LASHES,), "worn": (WORN,), "eye_cap": (LASHES, WORN),
}  # fmt: skip
"""Part of a topology -> roles of the input that it may take its colours from."""


@dataclass(frozen=True)
class Belief:
    """How near, how alike and how far from a border a place must be: surely so, surely not; metres and a cosine."""

    distance: tuple[float, float]
    cosine: tuple[float, float]
    aside: tuple[float, float] = (0.0015, 0.004)

    def __call__(self, found: ColourPlaces) -> Floats:
        """(n,) 0..1."""
        believed: Floats = (
            np.interp(found.distance, self.distance, [1, 0])
            * np.interp(found.cosine, self.cosine, [0, 1])
            * np.interp(found.aside, self.aside, [1, 0])
        )
        return believed


ON_SKIN = Belief((0.012, 0.028), (0.1, 0.4))  # under thick hair the skull is far from the surface
ON_PART = Belief((0.004, 0.008), (0.0, 0.3))
ON_EYE = Belief((0.0045, 0.007), (0.3, 0.6))  # from a little outside
IN_LIDS = Belief((0.0015, 0.0025), (0.5, 0.8))  # eyes that are painted on the skin of a scan


BEHIND = 0.15  # radians between what hides and what is hidden in an eye
HIDDEN_SHARE = 0.6  # of a shell's vertices


class InputColours:
    """One encoded mesh, ready to be asked for colours."""

    def __init__(self, mesh: Mesh, encoded: Any, stylist: Stylist) -> None:
        self.mesh = mesh
        self.paint = PaintedMesh(mesh, 1 / encoded.transform.scale)
        self.places: OwnPlaces = own_places(mesh, encoded, stylist)
        self.vertices = encoded.transform.inverse(mesh.vertices)
        self.corners = mesh.triangles()
        self._finders: dict[tuple[str, ...], tuple[ColourFinder, Ints] | None] = {}

    @cached_property
    def normals(self) -> Floats:
        """(V, 3) outward."""
        own, laid = self.places.own, self.places.laid
        distance, facing = laid.finder((SKIN,)).facing(own.positions)
        agree = np.sign((facing * own.normals).sum(1)) * np.exp(-((distance / 0.004) ** 2))
        with_skin = np.bincount(own.component, agree, own.count)
        count = np.maximum(np.bincount(own.component, minlength=own.count), 1)
        middle = np.stack([np.bincount(own.component, x, own.count) for x in own.positions.T], axis=1) / count[:, None]
        away = ((own.positions - middle[own.component]) * own.normals).sum(1)
        bulge = np.bincount(own.component, away, own.count)
        skin = np.bincount(own.component, np.isin(self.places.role, (SKIN, REST)), own.count) > 0
        sign = np.where(np.where(skin, with_skin, bulge) < 0, -1.0, 1.0)  # lids face an eye, not as it does
        outward: Floats = (own.normals * sign[own.component][:, None])[own.index]
        return outward

    @cached_property
    def role(self) -> np.ndarray:
        """(T,) role of each triangle; empty for clear shells and for what has no colour."""
        of_vertex = self.places.role[self.places.own.index].astype(str)
        role = of_vertex[self.corners[:, 0]].astype(object)
        for k in (1, 2):
            role[of_vertex[self.corners[:, k]] == SKIN] = SKIN
        role[~self.paint.painted | self._clear] = ""
        for eye in EYES:
            component = self.places.own.component[self.places.own.index][self.corners[:, 0]]
            role[(role == eye) & np.isin(component, self._inner_shells(role == eye, component))] = ""
        return role

    def _inner_shells(self, eye: np.ndarray, component: Ints) -> list[int]:
        """Components of an eyeball that lie behind another: a whole ball with an iris in a painted white one."""
        shells = {int(k): np.unique(self.corners[eye & (component == k)]) for k in np.unique(component[eye])}
        if len(shells) < 2:
            return []
        away = self.vertices - sphere_of(self.vertices[np.unique(self.corners[eye])])[0]
        radius = np.linalg.norm(away, axis=1)
        direction = away / np.maximum(radius, 1e-9)[:, None]
        inner = []
        for k, own in shells.items():
            others = np.concatenate([index for other, index in shells.items() if other != k])
            far, nearest = cKDTree(direction[others]).query(direction[own])
            if ((far < BEHIND) & (radius[others][nearest] > radius[own])).mean() > HIDDEN_SHARE:
                inner.append(k)
        return inner

    @cached_property
    def _clear(self) -> np.ndarray:
        """(T,) bool: corneas and the like, by the names of their materials and groups."""
        clear: np.ndarray = np.zeros(len(self.corners), dtype=bool)
        owner = self.mesh.triangle_face()
        for names, index in (
            (self.mesh.materials, self.mesh.face_material),
            (self.mesh.groups, self.mesh.face_group),
        ):
            hidden = [k for k, name in enumerate(names) if kind_of(name) == HIDDEN]
            if index is not None and hidden:
                clear |= np.isin(index[owner], hidden)
        return clear

    def has(self, part: str) -> bool:
        """Whether the input has a painted counterpart of a part."""
        return self._finder(SOURCES.get(part, ())) is not None

    def points_of(self, part: str) -> Floats:
        """``(n, 3)`` vertices of the painted counterpart."""
        chosen = np.isin(self.role, SOURCES[part])
        return self.vertices[np.unique(self.corners[chosen])]

    def _finder(self, roles: tuple[str, ...]) -> tuple[ColourFinder, Ints] | None:
        if roles not in self._finders:
            chosen = np.flatnonzero(np.isin(self.role, roles))
            finder = ColourFinder(self.vertices, self.normals, self.corners[chosen]) if len(chosen) else None
            self._finders[roles] = None if finder is None else (finder, chosen)
        return self._finders[roles]

    def __call__(
        self, part: str, belief: Belief, texels: Texels, points: Floats | None = None, grown: float = 1.0
    ) -> tuple[Floats, Floats]:
        """Linear light ``(n, 3)`` of texels and belief in it ``(n,)``, from a part's counterpart.

        ``points`` are other places than the texels' own, and their surroundings ``grown`` times as large. Each colour
        is the mean of four places in its texel.
        """
        known = self._finder(SOURCES.get(part, ()))
        count = len(texels.points)
        if known is None or not count:
            return np.zeros((count, 3), np.float32), np.zeros(count)
        finder, triangles = known
        found = finder(texels.points if points is None else points, texels.normals, texels.cell)
        believed = belief(found)
        colour = np.zeros((count, 3), np.float32)
        seen = np.flatnonzero(believed > 0)
        corner = finder.corners[found.triangle[seen]]
        a, b, c = (finder.vertices[corner[:, k]] for k in range(3))
        steps = [_along(grown / 4 * step[seen], b - a, c - a) for step in (texels.across, texels.down)]
        triangle, weights = triangles[found.triangle[seen]], found.weights[seen]
        colour[seen] = self.paint.spread(triangle, weights, steps, grown * texels.width[seen])
        return colour, believed


def _along(step: Floats, first: Floats, second: Floats) -> Floats:
    """``(n, 3)`` change of barycentric weights by a step, flattened into triangles of edges ``first, second``.

    Beyond the triangle its plane goes on: steps are much smaller than triangles, or triangles smaller than what can be
    seen.
    """
    d00, d01, d11 = (dot(x, y) for x, y in ((first, first), (first, second), (second, second)))
    d20, d21 = dot(step, first), dot(step, second)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-30)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    return np.stack([-v - w, v, w], axis=1).clip(-1, 1)
