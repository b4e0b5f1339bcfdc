"""Polygon meshes as artists make them, and how their surfaces look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Texture:
    """A picture as its file holds it, encoded."""

    data: bytes = field(repr=False)
    media: str = "image/png"  # or image/jpeg


@dataclass(frozen=True)
class Surface:
    """How a material looks, without metal: colour times vertex colours times texture."""

    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)  # linear light
    roughness: float = 0.7
    texture: Texture | None = None  # base colour, sRGB, row 0 on top
    cutout: bool = False  # the texture's alpha cuts holes, as between lashes


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
    surfaces: Mapping[str, Surface] = field(default_factory=dict)  # material name -> how it looks, where that is known
    source: Any = None  # what the reader keeps so that the writer can give the same file back
    path: Path | None = None
    notes: tuple[str, ...] = ()  # what the reader left out, one line each: a texture that is not there

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
    companions: Mapping[str, Path] = field(default_factory=dict, repr=False)
    """Name from the OBJ's folder -> MTL or picture that goes where the OBJ goes."""
