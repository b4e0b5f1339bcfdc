"""The rigs that the user added: models converted once to files in the user's folder, found like those of plugins."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.arrays import read_arrays, write_arrays
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.folders import data_folder
from lego_cli.registry import Entry, Registry
from lego_cli.user.styles import USER

if TYPE_CHECKING:
    from lego_cli.api import RigImporter

SUFFIX = ".npz"
FORMAT = "lego-rig 1"
LONGEST = 60


def rigs_folder() -> Path:
    """Folder of the rigs that the user added."""
    return data_folder() / "rigs"


def add_user_rigs(registry: Registry) -> None:
    """Register each ``NAME.npz`` of the user's folder; one that is called as a built-in rig is ``user:NAME``."""
    for file in sorted(rigs_folder().glob(f"*{SUFFIX}")):
        if file.is_file() and usable_name(file.stem):
            registry.add(Entry("rigs", file.stem, partial(load, file, registry), USER, f"yours, in {file}"))


def load(file: Path, registry: Registry) -> Any:
    """A user's rig. Raises LegoError, which names the file, when it is damaged or its importer is not there."""
    hint = f"add it again: lego rigs add IMPORTER PATH --name {file.stem} --force"
    arrays = read_arrays(file, "rig", hint)
    if _word(arrays, "format") != FORMAT:
        raise LegoError(f"{file} is no rig that this lego reads", hint)
    importer: RigImporter = registry.get("rig_importers", _word(arrays, "importer"))
    return _made(importer, file.stem, arrays, file, hint)


def _made(importer: RigImporter, name: str, arrays: dict[str, Any], source: Path, hint: str) -> Any:
    """The rig of such arrays. Raises LegoError, which names ``source``, where they are damaged."""
    try:
        return importer.rig(name, arrays)
    except (LegoError, MemoryError):
        raise
    except Exception as error:  # an importer may fail on damaged arrays in any way
        raise LegoError(f"{source} is damaged: {str(error) or type(error).__name__}", hint) from error


def _word(arrays: dict[str, Any], name: str) -> str:
    """Take a text out of named arrays; empty when it is not there."""
    array = arrays.pop(name, None)
    return str(array.reshape(-1)[0]) if array is not None and array.dtype.kind == "U" and array.size else ""


def add_rig(importer: str, source: Path, registry: Registry, name: str = "", force: bool = False) -> dict[str, Any]:
    """Convert the model in ``source`` once and keep it as the user's rig ``name``; returns what was made.

    Raises LegoError for a name that is taken or cannot be used, and for what the importer does not know.
    """
    import numpy as np

    reader: RigImporter = registry.get("rig_importers", importer)
    file = free_path(name or reader.rig_name, force)
    if not source.exists():
        raise LegoError(f"{source} is not there", "give the file or folder of the model", ExitCode.USAGE)
    arrays = reader.convert(source)
    hint = "give the model as its makers publish it"
    rig = _made(reader, file.stem, arrays, source, hint)  # what cannot be made is not kept
    write_arrays(file, arrays | {"format": np.array([FORMAT]), "importer": np.array([importer])})
    mesh = getattr(rig, "mesh", None)
    return {
        "name": file.stem,
        "source": str(source),
        "file": str(file),
        "controls": len(rig.controls),
        "vertices": len(mesh.vertices) if mesh is not None else 0,
    }


def free_path(name: str, force: bool) -> Path:
    """Where a new rig would lie. Raises LegoError (exit code 2) for a bad name, or one that is taken."""
    name = name.removeprefix(f"{USER.distribution}:")
    if not usable_name(name):
        hint = f"use up to {LONGEST} letters, digits and - _ . +, beginning with a letter or digit"
        raise LegoError(f"'{name}' is no name for a rig", hint, ExitCode.USAGE)
    file = rigs_folder() / f"{name}{SUFFIX}"
    if file.exists() and not force:
        hint = "add --force to replace it, or choose another name: --name NAME"
        raise LegoError(f"there is a rig '{name}' of yours already", hint, ExitCode.USAGE)
    return file


def remove_rig(registry: Registry, name: str) -> Path:
    """Delete a rig that the user added. Raises LegoError for any other."""
    entry = registry.find("rigs", name)
    if entry.owner != USER:
        message = f"rig '{name}' comes with {entry.owner.distribution} and cannot be removed"
        raise LegoError(message, "only rigs that were added can be: lego rigs list", ExitCode.USAGE)
    file = rigs_folder() / f"{entry.name}{SUFFIX}"
    file.unlink()
    return file


def absent(rig: str, registry: Registry) -> str:
    """The importer that makes a rig which is not there; empty for rigs that are, or that nobody knows."""
    if any(rig in (entry.name, entry.full_name) for entry in registry.entries("rigs")):
        return ""
    importers = {made.rig_name: entry.name for entry, made in registry.usable("rig_importers")}
    return importers.get(rig, "")


def refuse_absent(rig: str, registry: Registry) -> None:
    """Raise LegoError (exit code 3) for a rig that is not there, but could be added."""
    importer = absent(rig, registry)
    if importer:
        hint = f"add your copy of the model once: lego rigs add {importer} PATH"
        raise LegoError(f"rig '{rig}' is not here", hint, ExitCode.MISSING)


def usable_name(name: str) -> bool:
    """Whether ``name`` can be typed and be a file on any system."""
    plain = all(letter.isalnum() or letter in "-_.+" for letter in name)
    return plain and name[:1].isalnum() and not name.endswith(".") and len(name) <= LONGEST
