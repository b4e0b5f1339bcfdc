"""The styles that the user made or added: files in the user's folder, named and found like those of plugins."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from lego_cli.api import StyleSource
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.files.folders import styles_folder
from lego_cli.files.outputs import refuse_overwrite, require_own_place
from lego_cli.registry import Entry, Owner, Registry

USER = Owner("user", "user", "-")
SUFFIX = ".lego"
LONGEST = 60


def add_user_styles(registry: Registry) -> None:
    """Register each ``NAME.lego`` of the user's folder; one that is called as a built-in style is ``user:NAME``."""
    for file in sorted(styles_folder().glob(f"*{SUFFIX}")):
        if file.is_file() and not set(file.stem) & set(": \t"):  # other names could not be typed; give the path
            registry.add(_entry(file))


def reached_as(registry: Registry, file: Path) -> str:
    """The name of a style of the user's folder in ``registry``, which learns it if it is newer than the registry."""
    entry = _entry(file)
    known = {e.full_name: e for e in registry.entries("styles")}
    if entry.full_name not in known:
        registry.add(entry)
    return registry.reached_as(known.get(entry.full_name, entry))


def _entry(file: Path) -> Entry:
    return Entry("styles", file.stem, partial(StyleSource, file.stem, file), USER, f"yours, in {file}")


def usable_style_name(name: str) -> str:
    """A name that can be typed after ``--style`` and be a file anywhere. Raises LegoError (exit code 2) for others."""
    name = name.removeprefix(f"{USER.distribution}:")
    plain = all(letter.isalnum() or letter in "-_.+" for letter in name)
    if not plain or not name[:1].isalnum() or len(name) > LONGEST or name.endswith(SUFFIX):
        hint = f"use up to {LONGEST} letters, digits and - _ . +, beginning with a letter or digit: --name clay"
        raise LegoError(f"'{name}' is no name for a style", hint, ExitCode.USAGE)
    return name


def free_style_path(name: str, force: bool) -> Path:
    """Where a new style would lie. Raises LegoError (exit code 2) when the user has one of that name."""
    file = styles_folder() / f"{usable_style_name(name)}{SUFFIX}"
    if file.exists() and not force:
        hint = "add --force to replace it, or choose another name: --name NAME"
        raise LegoError(f"there is a style '{name}' of yours already", hint, ExitCode.USAGE)
    require_own_place(file)
    return file


def install_style(source: Path, name: str | None = None, force: bool = True) -> Path:
    """Copy a style file to the user's styles; checked first. Raises LegoError when it is none, or the name is taken."""
    from lego_cli.core.dt.style_file import read_style

    style = read_style(source)
    place = free_style_path(name or style.name, force)
    with atomic_write(place) as temporary:
        shutil.copyfile(source, temporary)
    return place


def remove_style(registry: Registry, name: str) -> Path:
    """Delete a style that the user made or added. Raises LegoError for any other."""
    entry = registry.find("styles", name)
    if entry.owner != USER:
        mine = f"{USER.distribution}:{entry.name}"
        there = mine in {e.full_name for e in registry.entries("styles")}
        hint = f"yours is {mine}" if there else "only your own styles can be: lego styles list"
        message = f"style '{name}' comes with {entry.owner.distribution} and cannot be removed"
        raise LegoError(message, hint, ExitCode.USAGE)
    file = styles_folder() / f"{entry.name}{SUFFIX}"
    file.unlink()
    return file


def export_style(file: Path, output: Path, force: bool) -> Path:
    """Copy a style file to ``output``, or its thumbnail when that is a PNG."""
    from lego_cli.core.dt.style_file import read_style

    if output.suffix not in (SUFFIX, ".png"):
        hint = f"end the name in {SUFFIX}, or in .png for its thumbnail"
        raise LegoError(f"cannot write a style to '{output.name}'", hint, ExitCode.USAGE)
    refuse_overwrite(output, force=force, inputs=[file])
    style = read_style(file)
    if output.suffix != SUFFIX and not style.thumbnail:
        raise LegoError(f"style '{style.name}' has no thumbnail", f"export it as {output.stem}{SUFFIX}", ExitCode.USAGE)
    with atomic_write(output) as temporary:
        if output.suffix == SUFFIX:
            shutil.copyfile(file, temporary)
        else:
            temporary.write_bytes(style.thumbnail)
    return output
