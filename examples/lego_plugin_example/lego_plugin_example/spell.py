"""A command: arguments and options as in any Typer application, errors as LegoError."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lego_cli.api import ExitCode, LegoError
from lego_plugin_example.visemes import VisemeRig

SOUNDS = {
    **dict.fromkeys("ah", "aa"),
    **dict.fromkeys("eiycsztxj", "ee"),
    **dict.fromkeys("ouwqr", "oo"),
    **dict.fromkeys("mbp", "mm"),
    **dict.fromkeys("fv", "ff"),
    **dict.fromkeys("lndkg", "ll"),
}


def spell(
    text: Annotated[str, typer.Argument(help="A word in Latin letters.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Turn a text into a sequence of speech sounds, each with its ARKit action values."""
    sounds = [SOUNDS[letter] for letter in text.lower() if letter in SOUNDS]
    if not sounds:
        raise LegoError(f"no letter of '{text}' has a sound", "give a word in Latin letters", ExitCode.USAGE)
    rig = VisemeRig()
    frames = [{"sound": sound, "actions": rig.expression({sound: 1.0})} for sound in sounds]
    typer.echo(json.dumps({"frames": frames}) if as_json else " ".join(sounds))
