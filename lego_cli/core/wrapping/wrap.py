"""A mesh laid onto the head model: as it was given, and the same vertices at rest on the mean head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.surface_net import BasisNet
from lego_cli.core.encoding.head_fields import HeadFields, head_fields
from lego_cli.core.stylist import Code

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Ints, Mesh, Topology
    from lego_cli.core.avatar import Avatar
    from lego_cli.core.stylist import Stylist

HEAD_MM = 230.0  # chin to crown of the heads on which lengths are reported
TURNED = 0.2  # cosine: a triangle whose normal stands nearly along the surface tells nothing about folds


@dataclass(frozen=True, eq=False)
class Wrap:
    """Lengths are metres in the canonical frame; :attr:`given_mm` and :attr:`rest_mm` turn them into reported mm."""

    given: Mesh  # the input, canonical frame, posed as it came
    topology: Topology  # the same mesh with its places; at rest on the mean head
    registered: Floats  # (S, 3) the head model's skin laid onto the input
    stylist: Stylist

    @property
    def head(self) -> HeadModel:
        """The head model."""
        return self.stylist.head

    @property
    def fields(self) -> HeadFields:
        """Fields of the head model's skin."""
        return head_fields(self.stylist)

    @cached_property
    def given_mm(self) -> float:
        """Millimetres on a head of 230 mm, to the metre of the input."""
        marks = self.fields.landmarks
        crown, chin = (self.registered[marks[name][0]] for name in ("crown", "chin"))
        return HEAD_MM / float(np.linalg.norm(crown - chin))

    @cached_property
    def rest_mm(self) -> float:
        """Millimetres on a head of 230 mm, to the metre of the mean head."""
        crown, chin = (self.head.vertices[self.head.landmarks[name][0]] for name in ("crown", "chin"))
        return HEAD_MM / float(np.linalg.norm(crown - chin))

    @cached_property
    def skin(self) -> Ints:
        """Vertices that lie on the head model's skin."""
        return np.asarray(self.topology.parts.get("skin", np.arange(len(self.given.vertices))))

    @cached_property
    def skin_triangles(self) -> Ints:
        """(T, 3) triangles of the mesh whose corners are all skin."""
        there = np.zeros(len(self.given.vertices), dtype=bool)
        there[self.skin] = True
        triangles = self.given.triangles()
        return triangles[there[triangles].all(1)]

    def on_skin(self, values: Floats) -> Floats:
        """Values at the head model's skin ``(S, C)`` to the mesh's vertices ``(V, C)``; those off the skin get 0."""
        place = np.zeros((len(self.head.vertices), values.shape[1]))
        place[self.stylist.skin] = values
        weights = np.asarray(self.topology.weights, np.float64)
        carried: Floats = np.einsum("vk,vkc->vc", weights, place[self.topology.anchors])
        return carried


def folded_triangles(wrap: Wrap) -> Ints:
    """(n, 3) skin triangles that face the surface on the one head and turn their back to it on the other."""
    triangles, cosines = wrap.skin_triangles, []
    for vertices, surface in (
        (wrap.given.vertices, wrap.registered),
        (wrap.topology.mesh.vertices, wrap.head.vertices[wrap.stylist.skin]),
    ):
        normal = wrap.on_skin(wrap.fields.normals(surface))[triangles].sum(1)
        cosines.append((unit(area_vectors(vertices, triangles)) * unit(normal)).sum(1))
    return triangles[(np.abs(cosines).min(0) > TURNED) & (cosines[0] * cosines[1] < 0)]


@lru_cache(maxsize=2)
def mean_code(stylist: Stylist) -> Code:
    """The code of the head model's mean head; found once for each."""
    assert isinstance(stylist.net, BasisNet)
    mean = np.asarray(stylist.head.vertices, np.float64)
    shape = ShapeSolver(stylist.head, stylist.net)(mean[None])[0]
    return Code(shape, np.zeros(stylist.net.expression_size), mean - stylist.neutral(shape))


@lru_cache(maxsize=2)
def _mean_person(stylist: Stylist) -> Avatar:
    return stylist.avatar(mean_code(stylist))


def at_rest(topology: Topology, stylist: Stylist) -> Topology:
    """The topology with its mesh on the mean head, neutral, each vertex where its own place puts it."""
    rest = _mean_person(stylist).pose(topology)
    return replace(topology, mesh=topology.mesh.with_vertices(rest))


def area_vectors(vertices: Floats, triangles: Ints) -> Floats:
    """(T, 3) normals times areas."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    vectors: Any = 0.5 * np.cross(b - a, c - a)
    return vectors


def unit(vectors: Floats) -> Floats:
    """``(n, 3)`` vectors of length 1; zero stays zero."""
    directions: Any = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    return directions
