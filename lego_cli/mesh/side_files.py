"""Files that a mesh file names: looked for in its own folder and below, never elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote

from lego_cli.files.inputs import note_input

MOST_BYTES = 256 * 1024 * 1024
MOST_NAMES = 10_000  # that one mesh file may look for


class SideFileError(Exception):
    """Why a file that was named is not to be had: a few words without its name."""


class SideFiles:
    """What one mesh file names, each looked for once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, str], Path | SideFileError] = {}
        self._names: dict[Path, dict[str, str]] = {}

    def find(self, folder: Path, name: str) -> Path:
        """The file that ``name`` means, seen from ``folder``: slashes of both kinds, any case, spaces, ``%20``.

        Folders that are not here, as in paths of another computer, are left out: ``C:\\work\\skin.png`` is
        ``skin.png`` beside the mesh. Raises :class:`SideFileError` for what is not there, lies outside, or is an
        address on a network.
        """
        asked = folder, name[:5000]
        if asked not in self._found:
            if len(self._found) >= MOST_NAMES:
                raise SideFileError(f"is left out, as all names after the first {MOST_NAMES}")
            try:
                self._found[asked] = self._search(folder, asked[1])
            except SideFileError as error:
                self._found[asked] = error
        found = self._found[asked]
        if isinstance(found, SideFileError):
            raise SideFileError(*found.args)
        return found

    def _search(self, folder: Path, name: str) -> Path:
        if "://" in name or name.startswith("data:"):
            raise SideFileError("is an address, which is never followed")
        plain = name.strip().strip('"').replace("\\", "/")
        for text in dict.fromkeys((plain, unquote(plain))):
            steps = [step for step in text.split("/") if step not in ("", ".")]
            for tail in (steps, steps[-1:]):
                found = self._down(folder, tail) if ".." not in tail else None
                if found:
                    return _bearable(found, folder)
        raise SideFileError("is not there")

    def _down(self, folder: Path, steps: list[str]) -> Path | None:
        """The file that ``steps`` lead to, by exact names first and then by names in another case."""
        place = folder
        for step in steps:
            exact = place / step
            try:
                if not exact.exists():
                    name = self._in_any_case(place).get(step.lower())
                    if name is None:
                        return None
                    exact = place / name
            except (OSError, ValueError):
                return None
            place = exact
        return place if steps and place.is_file() else None

    def _in_any_case(self, folder: Path) -> dict[str, str]:
        """Names in a folder by what they are in small letters; of several the first in order."""
        if folder not in self._names:
            self._names[folder] = {name.lower(): name for name in sorted(os.listdir(folder), reverse=True)}
        return self._names[folder]


def side_file(folder: Path, name: str) -> Path:
    """The same for a single name. Raises :class:`SideFileError`."""
    return SideFiles().find(folder, name)


def side_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a file found, of at most so many bytes. Raises :class:`SideFileError` where it cannot be read."""
    try:
        with note_input(path).open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SideFileError(f"cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise SideFileError(f"has more than {most // 1024**2} MB")
    return data


def _bearable(found: Path, folder: Path) -> Path:
    try:
        if not found.resolve().is_relative_to(folder.resolve()):
            raise SideFileError("lies outside the folder of the mesh")
        if found.stat().st_size > MOST_BYTES:
            raise SideFileError(f"has more than {MOST_BYTES // 1024**2} MB")
    except OSError as error:
        raise SideFileError(f"cannot be read: {error.strerror}") from error
    return found
