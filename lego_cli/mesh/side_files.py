"""Files that a mesh file names: looked for in its own folder and below, never elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

from lego_cli.files.inputs import note_input

MOST_BYTES = 256 * 1024 * 1024


class SideFileError(Exception):
    """Why a file that was named is not to be had: a few words without its name."""


def side_file(folder: Path, name: str) -> Path:
    """The file that ``name`` means, seen from ``folder``: slashes of both kinds, any case, spaces, ``%20``.

    Folders that are not here, as in paths of another computer, are left out: ``C:\\work\\skin.png`` is ``skin.png``
    beside the mesh. Raises :class:`SideFileError` for what is not there, lies outside, or is an address on a network.
    """
    if "://" in name or name.startswith("data:"):
        raise SideFileError("is an address, which is never followed")
    plain = name.strip().strip('"').replace("\\", "/")
    for text in dict.fromkeys((plain, unquote(plain))):
        steps = [step for step in text.split("/") if step not in ("", ".")]
        for tail in (steps, steps[-1:]):
            found = _down(folder, tail) if ".." not in tail else None
            if found:
                return _bearable(found, folder)
    raise SideFileError("is not there")


def side_bytes(path: Path) -> bytes:
    """The content of a file found. Raises :class:`SideFileError` where it cannot be read."""
    try:
        return note_input(path).read_bytes()
    except OSError as error:
        raise SideFileError(f"cannot be read: {error.strerror}") from error


def _down(folder: Path, steps: list[str]) -> Path | None:
    """The file that ``steps`` lead to, by exact names first and then by names in another case."""
    place = folder
    for step in steps:
        exact = place / step
        try:
            if not exact.exists():
                names = [entry for entry in os.listdir(place) if entry.lower() == step.lower()]
                if not names:
                    return None
                exact = place / sorted(names)[0]
        except (OSError, ValueError):
            return None
        place = exact
    return place if steps and place.is_file() else None


def _bearable(found: Path, folder: Path) -> Path:
    try:
        if not found.resolve().is_relative_to(folder.resolve()):
            raise SideFileError("lies outside the folder of the mesh")
        if found.stat().st_size > MOST_BYTES:
            raise SideFileError(f"has more than {MOST_BYTES // 1024**2} MB")
    except OSError as error:
        raise SideFileError(f"cannot be read: {error.strerror}") from error
    return found
