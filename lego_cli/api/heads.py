"""Head models, and mesh layouts on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from lego_cli.api.mesh import Mesh

if TYPE_CHECKING:
    from lego_cli.api.mesh import Floats, Ints


@runtime_checkable
class HeadModel(Protocol):
    """A parametric head: a population of neutral heads of one topology, with 52 actions.

    ``V`` counts the vertices of all parts. Positions are metres in the canonical frame.
    """

    name: str
    licence: str
    vertices: Floats  # (V, 3) float32, the mean adult, neutral
    template: Floats  # (V, 3) float32, DS input: jaw and eyes a little open, inner parts moved apart
    mesh: Mesh  # faces (quads), UVs and groups (one per part) of the model; positions = vertices
    parts: Mapping[str, Ints]  # part name -> its vertex indices; "skin" is the face, scalp, ears and neck
    landmarks: Mapping[str, Ints]  # "ibug68" (68,), "lips_outer", "eye_left", ... -> vertex indices
    mirror: Ints  # (V,) index of each vertex's mirror image
    template_offsets: Mapping[str, Floats]  # part name -> (3,) how far the template moves that part away

    def sample(self, count: int, population: str, seed: int) -> Floats:
        """``(count, P)`` parameters of random people; population is ``adult``, ``plausible`` or ``wide``."""
        ...

    def neutral(self, parameters: Floats) -> Floats:
        """``(B, P)`` parameters to ``(B, V, 3)`` neutral heads."""
        ...

    def actions(self, neutral: Floats) -> Floats:
        """``(52, V, 3)`` displacements of the ARKit actions, fitted to (and nearly linear in) the neutral head."""
        ...

    def posed(self, neutral: Floats, expression: Floats) -> Floats:
        """Neutral heads ``(B, V, 3)`` and ``(B, 52)`` expressions to posed heads, contacts of lids and lips kept."""
        ...

    def seated(self, neutral: Floats, changed: Floats) -> Floats:
        """Changed copies ``(B, V, 3)`` of neutral heads ``(B, V, 3)``: lids on the eyeballs, lips closed as before."""
        ...


@dataclass(frozen=True)
class Topology:
    """A mesh layout whose every vertex has a place on the head model.

    ``mesh`` holds faces, UVs and groups with rest positions on the mean head; ``points`` are the template points
    at which DS is evaluated; ``anchors`` and ``weights`` say the same place as a convex combination of head-model
    vertices (for quantities that live there: frames, contact weights). ``offsets`` are turned and stretched with the
    face, so that lashes stand off the lids of everybody.
    """

    name: str
    summary: str
    licence: str
    mesh: Mesh
    points: Floats  # (V, 3) float32 template coordinates
    anchors: Ints  # (V, 4) head-model vertices
    weights: Floats  # (V, 4) float32, rows sum to 1
    parts: Mapping[str, Ints] = field(default_factory=dict)  # part name -> vertex indices
    offsets: Floats | None = None  # (V, 3) metres: how far each vertex stands off its place on the mean head
    facts: Mapping[str, Any] = field(default_factory=dict)  # where it comes from and how good it is: plain values
