"""Pictures and turntables as objects, and results that show themselves in notebooks."""

from __future__ import annotations

import base64
import io
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.files.atomic import scratch_folder
from lego_cli.files.inputs import Inputs
from lego_cli.library.inputs import read_so_far, without_inputs
from lego_cli.library.shared import renderer_of
from lego_cli.rendering import RenderOptions, check_look, check_picture, draw, makeup_landmarks

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Floats, Ints, Mesh
    from lego_cli.registry import Registry

NOTEBOOK = RenderOptions(views="three_quarter", size=384)


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A picture, or the frames of a turntable."""

    frames: tuple[Image.Image, ...]
    options: RenderOptions
    inputs: Inputs = field(default_factory=read_so_far)

    @property
    def image(self) -> Image.Image:
        """The picture, for a turntable its first frame."""
        return self.frames[0]

    @property
    def pixels(self) -> Any:
        """``(H, W, 3)``, of transparent pictures ``(H, W, 4)``, bytes; row 0 is on top."""
        import numpy as np

        return np.asarray(self.image)

    @without_inputs
    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write PNG, JPEG or WebP, a turntable as GIF, WebP or MP4. Raises LegoError for others and for files there."""
        from lego_cli.files.outputs import refuse_overwrite
        from lego_cli.preview import write_animation, write_picture

        path, moving = Path(path), bool(self.options.turn)
        check_picture(path, self.options.size, self.options.turn, self.options.background == "transparent")
        refuse_overwrite(path, force=force)
        if moving:
            write_animation(self.frames, path, self.options.fps)
        else:
            write_picture(self.image, path)
        return path

    def __repr__(self) -> str:
        what = f"{len(self.frames)} frames of " if self.options.turn else ""
        return f"<Picture: {what}{self.image.width} x {self.image.height} px>"

    def _repr_png_(self) -> bytes | None:
        return None if self.options.turn else png(self.image)

    def _repr_html_(self) -> str | None:
        if not self.options.turn:
            return None
        with scratch_folder() as folder:
            data = base64.b64encode(self.save(folder / "turn.webp").read_bytes()).decode()
        return f'<img alt="turntable" src="data:image/webp;base64,{data}">'


class Shown(ABC):
    """A result with a head in it, which notebooks and :func:`lego_cli.render` can draw."""

    registry: Registry

    @abstractmethod
    def drawn(self) -> tuple[Mesh, Mapping[str, Ints] | None]:
        """The mesh to draw, canonical frame, and where brows and lips are painted; None for colours of its own."""

    @property
    @abstractmethod
    def mesh(self) -> Mesh:
        """The mesh, as it is written."""

    @property
    def vertices(self) -> Floats:
        """``(V, 3)`` positions."""
        return self.mesh.vertices

    @property
    def faces(self) -> list[Ints]:
        """The vertices of each face, triangles, quads and others as they are."""
        import numpy as np

        return np.split(self.mesh.corner_vertex, self.mesh.face_starts[1:]) if len(self.mesh.face_sizes) else []

    @property
    def triangles(self) -> Ints:
        """``(T, 3)`` the faces, cut into triangles."""
        return self.mesh.triangles()

    def _repr_png_(self) -> bytes | None:
        if not len(self.mesh.face_sizes):
            return None
        return png(picture_of(self, NOTEBOOK, self.registry, "auto").image)


def picture_of(
    source: str | Path | Mesh | Shown, options: RenderOptions, registry: Registry, by: str = "auto"
) -> Picture:
    """Draw a file, a mesh or a result with the renderer ``by``. Raises LegoError for wrong options."""
    check_look(options)
    renderer = renderer_of(registry, by)
    if isinstance(source, Shown):
        mesh, landmarks = source.drawn()
        landmarks = landmarks if options.makeup and not options.clay else None
    else:
        mesh = as_mesh(source)
        _, landmarks = makeup_landmarks(mesh, options, registry)
    return Picture(tuple(draw(mesh, renderer, options, landmarks)), options)


def as_mesh(source: str | Path | Mesh) -> Mesh:
    """A mesh, read where it is a file. Raises LegoError for files that cannot be read."""
    from lego_cli.mesh.read import read_mesh

    return read_mesh(source) if isinstance(source, str | Path) else source


def png(image: Image.Image) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
