"""The colours of an input on the result of ``lego stylize``."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Mesh
    from lego_cli.core.colours.painted import PaintedMesh
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.stylizing.stylizer import Stylized, Stylizer

SMALLEST, LARGEST = 64, 4096
USUAL, MOST_USUAL = 1024, 2048  # texels along a side where nobody asked for more


def with_looks(made: Stylized, mesh: Mesh, encoded: Encoded, stylizer: Stylizer) -> Stylized:
    """``made`` wearing the colours of ``mesh``, which it came from; as it is where the input has none.

    The topology ``keep`` has them already. Raises :class:`LegoError` where a texture cannot be read.
    """
    from lego_cli.core.colours.painted import has_looks

    if stylizer.keeps or not stylizer.options.texture or not has_looks(mesh):
        return made
    from lego_cli.core.colours.bake import bake
    from lego_cli.core.colours.input_colours import InputColours

    start = time.perf_counter()
    source = InputColours(mesh, encoded, stylizer.stylist)
    size = stylizer.options.texture_size or usual_size(source.paint, stylizer.options.quality)
    look = bake(source, encoded, stylizer.stylist, stylizer.topology, size)
    seconds = {**made.seconds, "texture": time.perf_counter() - start}
    figures = {f"texture_{name}": value for name, value in look.figures.items()}
    worn, canonical = look.worn_by(made.mesh), look.worn_by(made.canonical)
    return replace(made, mesh=worn, canonical=canonical, metrics={**made.metrics, **figures}, seconds=seconds)


def usual_size(paint: PaintedMesh, quality: str) -> int:
    """Texels along a side of the new picture: a power of two near the input's own, within bounds."""
    if quality == "draft" or paint.largest <= USUAL:
        return USUAL
    return min(MOST_USUAL, 1 << (paint.largest - 1).bit_length())


def check_texture_size(size: int) -> None:
    """Raise :class:`LegoError` (exit code 2) for a size that is out of range."""
    if size and not SMALLEST <= size <= LARGEST:
        hint = f"choose {SMALLEST} to {LARGEST} pixels, or 0 to go by the input"
        raise LegoError(f"--texture-size {size} is out of range", hint, ExitCode.USAGE)
