"""Reading a mesh of any known format, after the checks that every file must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lego_cli.api import ExitCode, LegoError, Mesh
from lego_cli.files.inputs import note_input
from lego_cli.mesh.content import FORMATS, described, is_binary, mesh_suffix
from lego_cli.mesh.limits import ReadLimits

SCENES = (".fbx", ".blend", ".dae", ".usd", ".usda", ".usdc", ".usdz", ".abc", ".ma", ".mb", ".max", ".c4d")
BLENDER = "open it in Blender (or where it was made) and export it: File > Export > glTF 2.0 (.glb)"

__all__ = ["ReadLimits", "read_mesh"]


def read_mesh(path: Path | str, limits: ReadLimits = ReadLimits()) -> Mesh:  # noqa: B008 (frozen)
    """The mesh in a file, as it was made: OBJ, PLY, STL, GLB, glTF, VRM or OFF, ASCII or binary, by suffix and content.

    Positions stay in the file's own unit and frame; the nodes of a glTF scene are put together. STL and glTF, which
    cut vertices apart, are welded where positions are equal to the last bit. Raises :class:`LegoError`.
    """
    path = Path(path)
    suffix, data = file_content(path, limits)
    try:
        with np.errstate(all="ignore"):  # broken numbers are told below, by name, not as warnings
            mesh = _reader(suffix)(path, data, limits)
    except MemoryError as error:
        raise LegoError(f"{path.name} needs more memory than there is", "decimate the mesh first") from error
    from lego_cli.mesh.soundness import require_sound
    from lego_cli.mesh.texture_share import share_note

    require_sound(mesh, path.name, limits)
    note = share_note(mesh) if mesh.surfaces else None
    return mesh if note is None else replace(mesh, notes=(*mesh.notes, note))


def file_content(path: Path, limits: ReadLimits) -> tuple[str, bytes]:
    """The suffix and the bytes of a file that is there, within the limits and what its suffix promises.

    Raises :class:`LegoError`.
    """
    _require_file(path)
    suffix = _known_suffix(path)
    data = _file_bytes(path, limits)
    _require_content(path, suffix, data)
    return suffix, data


def _require_file(path: Path) -> None:
    try:
        folder, file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LegoError(f"cannot read {path}: {reason}", "check the name of the file", ExitCode.USAGE) from error
    if folder:
        raise LegoError(f"{path} is a folder", "give the name of a mesh file in it", ExitCode.USAGE)
    if not file:
        raise LegoError(f"no file {path}", "check the spelling and the folder", ExitCode.USAGE)


def _known_suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        what = f"meshes of kind {suffix} cannot be read" if suffix else "the name has no suffix to tell the format"
        hint = BLENDER if suffix in SCENES else f"convert it to one of {known}"
        raise LegoError(f"{path.name}: {what}", hint, ExitCode.USAGE)
    return suffix


def _file_bytes(path: Path, limits: ReadLimits) -> bytes:
    try:
        limits.require_bytes(path.name, path.stat().st_size)
        data = note_input(path).read_bytes()
    except OSError as error:
        raise LegoError(f"cannot read {path}: {error.strerror}", "check its permissions and the disk") from error
    if not data or data.isspace():
        raise LegoError(f"{path.name} is empty", "export the head again")
    return data


def _require_content(path: Path, suffix: str, data: bytes) -> None:
    found = mesh_suffix(data)
    if found == suffix or (found is None and suffix == ".obj" and not is_binary(data)):
        return
    if (found, suffix) == (".glb", ".vrm"):  # a VRM is a binary glTF
        return
    if found is not None:
        raise LegoError(
            f"{path.name} holds {described(data)}, not {FORMATS[suffix]}", f"rename it to {path.stem}{found}"
        )
    if suffix in (".stl", ".gltf") and described(data) in ("binary data", "plain text"):
        return  # their readers can tell what is wrong
    words = described(data)
    if words == "UTF-16 text":
        raise LegoError(f"{path.name} is {words}", "save it again as UTF-8 or plain ASCII text")
    raise LegoError(
        f"{path.name} holds {words}, not {FORMATS[suffix]}", "give the mesh file itself, or export it again"
    )


def _reader(suffix: str) -> Callable[[Path, bytes, ReadLimits], Mesh]:
    """The function that reads one format; imported when needed, since each brings its own weight."""
    if suffix == ".obj":
        from lego_cli.mesh.obj import read_obj

        return read_obj
    if suffix == ".ply":
        from lego_cli.mesh.ply import read_ply

        return read_ply
    if suffix == ".stl":
        from lego_cli.mesh.stl import read_stl

        return read_stl
    if suffix == ".off":
        from lego_cli.mesh.off import read_off

        return read_off
    from lego_cli.mesh.gltf import read_gltf

    return read_gltf
