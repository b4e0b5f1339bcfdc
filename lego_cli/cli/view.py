"""``lego view``: a head as one HTML page, with sliders for its shapes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import ForceFlag, JsonFlag, with_options
from lego_cli.view_files import ViewOptions


def register(app: typer.Typer) -> None:
    """Add ``lego view``."""
    app.command("view")(view)


@with_options(ViewOptions)
def view(
    file: Annotated[Path, typer.Argument(help="A head: GLB and VRM as they are; OBJ, PLY, STL, OFF, glTF converted.")],
    options: ViewOptions,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="HTML page; beside the file as NAME.view.html.")
    ] = None,
    input_file: Annotated[
        Path | None, typer.Option("--input", help="Mesh to compare with; the one that the run record names.")
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Show the file alone.")] = False,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    force: ForceFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Write one HTML page that shows a head in 3D and moves its shapes, and open it."""
    from lego_cli.errors import ExitCode, LegoError
    from lego_cli.view_files import view_file

    if no_input and input_file:
        raise LegoError("--input and --no-input contradict each other", "leave one of them out", ExitCode.USAGE)
    output = output or file.with_suffix(".view.html")
    if output.suffix.lower() not in (".html", ".htm"):
        raise LegoError(f"{output.name} is no page", "end the name in .html", ExitCode.USAGE)
    done = view_file(file, output, session.registry(), options, input_file, not no_input, force)
    if done["note"]:
        console.note(f"note: {done['note']}")
    opened = show and _open(output)
    beside = f"\n  beside {done['input']}" if done["input"] else ""
    told = f"{file} -> {output}  ({done['bytes'] / 1e6:.1f} MB, opens in any browser){beside}"
    console.result({**done, "opened": opened}, as_json, told)


def _open(page: Path) -> bool:
    """Whether a browser took the page. Without a display none is asked: a text browser would hold the terminal."""
    import webbrowser

    graphical = sys.platform in ("win32", "darwin") or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    )
    return bool(graphical) and webbrowser.open(page.absolute().as_uri())
