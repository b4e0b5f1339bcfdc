"""``lego inspect FILE``: what is in a mesh, a style or a code file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from lego_cli.cli import session
from lego_cli.cli.console import console
from lego_cli.cli.flags import JsonFlag


def register(app: typer.Typer) -> None:
    """Add ``lego inspect``."""
    app.command("inspect")(inspect)


def inspect(
    file: Annotated[Path, typer.Argument(help="A mesh, a style or a code file.")],
    as_json: JsonFlag = False,
) -> None:
    """Say what is in a file, and what is wrong with it."""
    facts = FACTS.get(file.suffix.lower(), _mesh_facts)(file)
    facts = {"file": str(file), **facts}
    console.result(facts, as_json, lambda: console.block(_in_words(facts)))


def _in_words(facts: dict[str, Any]) -> dict[str, Any]:
    """The same for people: 52 names that everybody knows are a number."""
    from lego_cli.api import ARKIT

    told = dict(facts)
    if tuple(facts.get("shapes", ())) == ARKIT:
        told["shapes"] = "the 52 of ARKit"
    if "correctives" in facts:
        told["correctives"] = list(facts["correctives"])
    return told


def style_facts(file: Path) -> dict[str, Any]:
    """What a style file says about itself. Raises :class:`LegoError` when it is none."""
    from lego_cli.core.dt.style_file import read_style

    style = read_style(file)
    parameters = sum(parameter.numel() for parameter in style.field.parameters())
    return {
        "name": style.name,
        "licence": style.licence,
        "summary": style.summary,
        "bytes": file.stat().st_size,
        "shape_code": style.shape.numel(),
        "responses": style.field.responses,
        "field_parameters": parameters,
        "thumbnail_bytes": len(style.thumbnail),
        "provenance": style.provenance,
    }


def _code_facts(file: Path) -> dict[str, Any]:
    from lego_cli import assets
    from lego_cli.stylizing.encode_files import code_facts

    return code_facts(file, assets.stylist(session.registry()))


def _mesh_facts(file: Path) -> dict[str, Any]:
    from lego_cli.mesh.components import mesh_report
    from lego_cli.mesh.read import read_mesh

    return asdict(mesh_report(read_mesh(file)))


def _rigged_facts(file: Path) -> dict[str, Any]:
    from lego_cli.mesh.rigged_gltf import read_rigged

    head = read_rigged(file)
    return _mesh_facts(file) | {
        "shapes": list(head.controls),
        "correctives": {corrective.name: list(corrective.controls) for corrective in head.correctives},
        "unstyled": head.plain is not None,
        "mixes": list(head.mixes),
        "eyes": list(head.eyes),
        "clips": {clip.name: f"{clip.times[-1]:.2f} s" for clip in head.clips},
        "licence": head.licence,
    }


FACTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    ".lego": style_facts,
    ".json": _code_facts,
    **dict.fromkeys((".glb", ".gltf", ".vrm"), _rigged_facts),
}
"""By suffix; anything else is read as a mesh."""
