"""``lego render``: pictures and turntables of a mesh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, RendererFlag, with_options
from lego_cli.rendering import RenderOptions


def register(app: typer.Typer) -> None:
    """Add ``lego render``."""
    app.command("render")(render)


@with_options(RenderOptions)
def render(
    mesh: Annotated[Path, typer.Argument(help="Mesh: OBJ, PLY, STL, GLB, OFF.")],
    options: RenderOptions,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="PNG, JPEG, WebP, GIF or MP4; PNG beside the input, GIF for --turn."),
    ] = None,
    renderer: RendererFlag = "auto",
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Draw a mesh in studio light: a picture, a contact sheet or a turntable."""
    from lego_cli.files.outputs import refuse_overwrite
    from lego_cli.rendering import check_options, render_file

    output = output or mesh.with_suffix(".gif" if options.turn else ".png")
    refuse_overwrite(output, force=force, inputs=[mesh])
    check_options(output, options)
    registry = session.registry()
    done = render_file(mesh, output, session.renderer(renderer), options, registry)
    drawn = f"{done['frames']} frames" if done["frames"] else ", ".join(done["views"])
    console.result(done, as_json, f"{mesh} -> {output}\n  {drawn}, {done['size']} px, {done['seconds']:.1f} s")
