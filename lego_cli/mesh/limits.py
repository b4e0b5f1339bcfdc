"""How much a mesh file may hold."""

from __future__ import annotations

from dataclasses import dataclass

from lego_cli.api import LegoError


@dataclass(frozen=True)
class ReadLimits:
    """What is larger is refused before it takes memory."""

    max_bytes: int = 256 * 1024 * 1024
    max_vertices: int = 2_000_000
    max_corners: int = 14_000_000  # of all faces: a closed surface of triangles has six per vertex
    max_shape_numbers: int = 80_000_000  # of all shapes and clips together: 850 shapes of 31,000 vertices

    def require_bytes(self, name: str, size: int) -> None:
        """Raise :class:`LegoError` for a file of ``size`` bytes that is over the limit."""
        if size > self.max_bytes:
            raise LegoError(
                f"{name} has {size >> 20} MB, more than the limit of {self.max_bytes >> 20} MB",
                "decimate the mesh first",
            )

    def require_vertices(self, name: str, count: int) -> None:
        """Raise :class:`LegoError` for a mesh of ``count`` vertices that is over the limit."""
        if count > self.max_vertices:
            raise LegoError(
                f"{name} has {count} vertices, more than the limit of {self.max_vertices}",
                "decimate the mesh first",
            )

    def require_corners(self, name: str, count: int) -> None:
        """Raise :class:`LegoError` for faces with ``count`` corners together that are over the limit."""
        if count > self.max_corners:
            raise LegoError(
                f"{name} has faces with {count} corners together, more than the limit of {self.max_corners}",
                "decimate the mesh first",
            )

    def require_shapes(self, name: str, count: int) -> None:
        """Raise :class:`LegoError` for shapes or clips of ``count`` numbers that are over the limit."""
        if count > self.max_shape_numbers:
            raise LegoError(
                f"{name} has {count} numbers in its shapes or clips, more than the limit of {self.max_shape_numbers}",
                "decimate the mesh, or delete shapes or keyframes that are not needed",
            )
