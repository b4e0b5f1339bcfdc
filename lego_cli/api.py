"""Everything that a plugin may import, beside :mod:`lego_cli.nn`: the hook marker, the mesh and the protocols.

Importing this module is cheap on purpose (no numpy, no torch): plugins import it to be listed.

Frames and units: metres, +Y up, +Z out of the face, +X the subject's left; left and right are always the
subject's. Expression values run from 0 to 1. Images are ``(B, 3, H, W)`` floats in 0..1 with row 0 on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import pluggy

from lego_cli.arrays import read_arrays, write_arrays
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

__all__ = [
    "ARKIT",
    "Cameras",
    "DirectionalLight",
    "ExitCode",
    "Exporter",
    "HarmonicLight",
    "HeadModel",
    "ImageEncoder",
    "LegoError",
    "Light",
    "Mesh",
    "ObjSource",
    "Register",
    "Renderer",
    "Report",
    "Rig",
    "Shading",
    "StyleBatch",
    "StyleFamily",
    "StyleLoss",
    "StyleRecipe",
    "StyleSource",
    "Topology",
    "hookimpl",
    "read_arrays",
    "silent",
    "write_arrays",
]

hookimpl = pluggy.HookimplMarker("lego")

ARKIT: tuple[str, ...] = tuple(
    """browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft
    cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight
    eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft
    eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft
    mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight
    mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft
    mouthSmileRight mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft
    noseSneerRight tongueOut""".split()
)
"""The 52 ARKit blend-shape names, in alphabetical order; the order of every ``(..., 52)`` expression code."""


class Register(Protocol):
    """What a ``register_<kind>`` hook is handed.

    ``factory`` is a callable without arguments or ``"module:attribute"``; it is called only when the thing is
    asked for. ``needs`` lists what must be there first: ``"module:NAME"``, ``"device:cuda"`` or ``"file:PATH"``
    (relative to the user's data folder). ``hint`` is printed when one of them is missing.
    """

    def __call__(
        self,
        name: str,
        factory: Callable[[], Any] | str,
        summary: str = "",
        needs: tuple[str, ...] = (),
        hint: str = "",
    ) -> None: ...


class Report(Protocol):
    """How long work tells its caller where it is: a stage, steps done of a total, and figures worth watching."""

    def __call__(self, stage: str, done: int, total: int, **figures: float) -> None: ...


def silent(stage: str, done: int, total: int, **figures: float) -> None:
    """The :class:`Report` that says nothing."""


@dataclass(frozen=True)
class Mesh:
    """A polygon mesh as an artist made it. Nothing here is triangulated, split or reordered.

    Faces are runs of corners: face ``f`` owns ``face_sizes[f]`` consecutive entries of the ``corner_*`` arrays.
    An index of -1 in ``corner_uv`` or ``corner_normal`` means "none". A point cloud has no faces.
    """

    vertices: Floats  # (V, 3) float64, in the file's own unit and frame
    face_sizes: Ints  # (F,) number of corners of each face
    corner_vertex: Ints  # (C,) vertex of each corner
    uvs: Floats | None = None  # (T, 2)
    corner_uv: Ints | None = None  # (C,)
    normals: Floats | None = None  # (N, 3)
    corner_normal: Ints | None = None  # (C,)
    colours: Floats | None = None  # (V, 3) or (V, 4), 0..1
    groups: tuple[str, ...] = ()
    face_group: Ints | None = None  # (F,) index into groups, -1 none
    materials: tuple[str, ...] = ()
    face_material: Ints | None = None  # (F,) index into materials, -1 none
    smoothing: Ints | None = None  # (F,) smoothing group, 0 off
    source: Any = None  # what the reader keeps so that the writer can give the same file back
    path: Path | None = None

    @property
    def face_starts(self) -> Ints:
        """(F,) first corner of each face."""
        import numpy as np

        return np.asarray(np.cumsum(self.face_sizes) - self.face_sizes, dtype=np.int64)

    def next_corners(self) -> Ints:
        """(C,) the corner that follows each corner round its face."""
        import numpy as np

        following = np.arange(1, len(self.corner_vertex) + 1)
        filled = self.face_sizes > 0
        following[np.cumsum(self.face_sizes)[filled] - 1] = self.face_starts[filled]
        return following

    def area_vectors(self) -> Floats:
        """(F, 3) normal of each face times its area (Newell's formula, so polygons need not be flat)."""
        import numpy as np

        face = np.repeat(np.arange(len(self.face_sizes)), self.face_sizes)
        position = np.asarray(self.vertices, dtype=np.float64)[self.corner_vertex]
        position = position - position[self.face_starts[face]]  # near the origin, so that no digits cancel
        cross = np.cross(position, position[self.next_corners()])
        return 0.5 * np.stack([np.bincount(face, cross[:, i], len(self.face_sizes)) for i in range(3)], axis=1)

    def triangles(self) -> Ints:
        """(T, 3) vertex indices of the faces, fanned from each face's first corner."""
        return self.corner_vertex[self.triangle_corners()]

    def triangle_corners(self) -> Ints:
        """(T, 3) corner indices of the fan triangles, for looking up UVs and normals."""
        import numpy as np

        sizes, starts = np.asarray(self.face_sizes), self.face_starts
        count = np.maximum(sizes - 2, 0)
        face = np.repeat(np.arange(len(sizes)), count)
        step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        return np.stack([starts[face], starts[face] + step + 1, starts[face] + step + 2], axis=1)

    def triangle_face(self) -> Ints:
        """(T,) face that each fan triangle came from."""
        import numpy as np

        return np.repeat(np.arange(len(self.face_sizes)), np.maximum(np.asarray(self.face_sizes) - 2, 0))

    def with_vertices(self, vertices: Floats) -> Mesh:
        """The same mesh with other positions ``(V, 3)``; normals are dropped, since they no longer fit.

        The OBJ writer turns the ``vn`` lines of :class:`ObjSource` along with the surface.
        """
        if vertices.shape != self.vertices.shape:
            raise ValueError(f"expected {self.vertices.shape} vertices, got {vertices.shape}")
        return replace(self, vertices=vertices, normals=None, corner_normal=None)

    @staticmethod
    def from_faces(vertices: Floats, faces: Ints, **kept: Any) -> Mesh:
        """A mesh from ``(V, 3)`` positions and ``(F, k)`` faces of one size (triangles or quads)."""
        import numpy as np

        faces = np.asarray(faces, dtype=np.int64)
        sizes = np.full(len(faces), faces.shape[1] if faces.ndim == 2 else 0, dtype=np.int64)
        return Mesh(np.asarray(vertices, dtype=np.float64), sizes, faces.reshape(-1), **kept)


@dataclass(frozen=True, eq=False)
class ObjSource:
    """The text of an OBJ file and where its positions and normals stand in it; the ``source`` of its mesh."""

    data: bytes = field(repr=False)
    vertex_lines: Ints = field(repr=False)  # (V,) byte at which each ``v`` statement starts
    normal_lines: Ints = field(repr=False)  # (N,) byte at which each ``vn`` statement starts
    mesh: Mesh = field(repr=False)  # as read, to tell what has changed since
    libraries: tuple[str, ...] = ()  # arguments of the ``mtllib`` statements


@dataclass(frozen=True)
class Cameras:
    """A batch of perspective look-at cameras; all arrays are float tensors."""

    eye: torch.Tensor  # (B, 3) metres
    target: torch.Tensor  # (B, 3) metres
    up: torch.Tensor  # (B, 3)
    fov: torch.Tensor  # (B,) vertical field of view, degrees


class Light(Protocol):
    """Light from far away. Directions are the world's, so that a light stays with the head when the camera moves."""

    @property
    def views(self) -> int:
        """1 when all views share the light, else the number of views that have one of their own."""
        ...

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """Unit normals ``(P, 3)`` to what a white surface shows, ``(P, 1 or 3)``, linear."""
        ...


@dataclass(frozen=True)
class HarmonicLight:
    """Light of any shape, as nine spherical harmonics of the normal (Ramamoorthi and Hanrahan 2001).

    The real harmonics in the usual order, 1, y, z, x, xy, yz, 3zz - 1, xz, xx - yy, each with its normalisation and
    without alternating signs; ``(1, 0, 0, ...) / 0.2821`` is an even white.
    """

    coefficients: torch.Tensor  # (1 or B, 9, 1 or 3)

    @property
    def views(self) -> int:
        """See :class:`Light`."""
        return len(self.coefficients)

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """See :class:`Light`."""
        import torch

        x, y, z = normals.unbind(-1)
        terms = [0.282095 + 0 * x, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z]
        terms += [0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)]
        return torch.stack(terms, dim=-1) @ self.coefficients[view].to(normals)


@dataclass(frozen=True)
class DirectionalLight:
    """A distant lamp and an even light from all round."""

    direction: torch.Tensor  # (1 or B, 3) towards the lamp, any length
    colour: torch.Tensor  # (1 or B, 1 or 3)
    ambient: float = 0.0

    @property
    def views(self) -> int:
        """See :class:`Light`."""
        return max(len(self.direction), len(self.colour))

    def falling_on(self, normals: torch.Tensor, view: int = 0) -> torch.Tensor:
        """See :class:`Light`."""
        direction, colour = (x[view % len(x)].to(normals) for x in (self.direction, self.colour))
        facing = (normals @ (direction / direction.norm())).clamp_min(0)
        return self.ambient + facing[:, None] * colour


@dataclass(frozen=True)
class Shading:
    """How a renderer colours a surface: light times vertex colour times texture, each white when not given."""

    light: Light
    colour: torch.Tensor | None = None  # (H or B, V, 3) vertex colours
    texture: torch.Tensor | None = None  # (1 or B, 3, h, w), row 0 on top; read bilinearly, without mip levels
    uv: torch.Tensor | None = None  # (F, 3, 2) of each face corner, v upwards; what lies outside 0..1 gets the border


class Renderer(Protocol):
    """Draws triangles. Everything that needs a picture goes through this, so back-ends are interchangeable."""

    name: str

    def render(
        self,
        vertices: torch.Tensor,
        faces: torch.Tensor,
        cameras: Cameras,
        size: tuple[int, int],
        attributes: torch.Tensor | None = None,
        shading: Shading | None = None,
    ) -> dict[str, torch.Tensor]:
        """Draw heads ``(H, V, 3)`` with ``(F, 3)`` int64 faces from ``B`` cameras, as many for each head, at ``size``.

        The cameras of the first head come first; with one head all cameras see it, with ``B`` heads each has its
        own. ``size`` is (height, width). Returns ``mask (B, 1, ...)``, ``depth (B, 1, ...)`` (metres along the view
        axis, 0 outside), ``normal (B, 3, ...)`` (world frame, smooth), ``face (B, ...)`` int64 (-1 outside); with
        ``attributes (H or B, V, C)`` also ``attributes (B, C, ...)``, with ``shading`` also ``colour (B, 3, ...)``.
        All but ``depth`` and ``face`` are antialiased against black: ``colour + (1 - mask) * background`` is the
        picture on a background. Gradients reach vertices and values everywhere, through outlines too.
        """
        ...


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


class StyleRecipe(Protocol):
    """An authored style: the same intent applied to any head. The truth that learned styles are measured against."""

    name: str
    summary: str
    licence: str

    def exemplar(self, head: HeadModel) -> Floats:
        """The neutral identity ``(V, 3)`` that the style is shown on once, to be learned from."""
        ...

    def apply(self, head: HeadModel, neutral: Floats) -> Floats:
        """Neutral head ``(V, 3)`` to the same head in this style ``(V, 3)``."""
        ...


@dataclass(frozen=True)
class StyleSource:
    """What a plugin registers for a style: where its learned file lies, and the recipe if it was authored by one."""

    name: str
    file: Path
    recipe: StyleRecipe | None = None


class StyleFamily(Protocol):
    """Any number of authored styles, drawn at random: what a prior of how styles treat people is learned from."""

    name: str

    def draw(self, seed: int) -> StyleRecipe:
        """One style; the same seed gives the same one."""
        ...


@runtime_checkable
class ImageEncoder(Protocol):
    """Pictures to embeddings that tell faces apart as people do. Frozen: gradients reach the pictures alone."""

    name: str
    size: int  # pixels along each side of the pictures that it is made for

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """``(B, 3, size, size)`` pictures, 0..1 in sRGB, row 0 on top, to ``(B, D)`` embeddings."""
        ...


@dataclass(frozen=True)
class StyleBatch:
    """What style losses look at in one step of fine-tuning, in LeGO's notation; metres, the head model's vertices.

    ``embed`` draws heads ``(B, V, 3)`` from the cameras of this step and gives ``(B, views, D)`` embeddings; the
    embeddings of ``source`` and ``target`` are kept, since these never change.
    """

    source: torch.Tensor  # (V, 3) M_S, the exemplar's identity
    target: torch.Tensor  # (V, 3) M_T, its styled head
    made: torch.Tensor  # (V, 3) M_T*, what DT makes of that identity
    people: torch.Tensor  # (B, V, 3) M_S^s, DS of sampled codes
    styled: torch.Tensor  # (B, V, 3) M_T^s, DT of the same codes
    still: torch.Tensor  # (B, V, 3) DT of the same shapes with the exemplar's own expression
    triangles: torch.Tensor  # (F, 3) of the skin
    embed: Callable[[torch.Tensor], torch.Tensor]


class StyleLoss(Protocol):
    """How far DT is from what a style should be."""

    name: str
    weight: float  # in the default set; 0 leaves it out
    pictures: bool  # whether it asks for embeddings

    def __call__(self, batch: StyleBatch) -> torch.Tensor:
        """One differentiable number."""
        ...


class Rig(Protocol):
    """Named controls that make expressions."""

    name: str
    controls: tuple[str, ...]

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """Control values to ARKit action values (names of :data:`ARKIT`)."""
        ...


class Exporter(Protocol):
    """Writes one mesh to a file format."""

    suffixes: tuple[str, ...]  # with the dot, lower case

    def write(self, mesh: Mesh, path: Path) -> None:
        """Write ``mesh`` to ``path``; the caller takes care of temporary files and of overwriting."""
        ...
