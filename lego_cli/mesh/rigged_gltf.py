"""Heads with shapes from .glb, .gltf and .vrm: ours come back as they were, others as their targets are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ExitCode, LegoError, Mesh, RiggedHead
from lego_cli.mesh.gltf import assembled, read_parts, stacked
from lego_cli.mesh.gltf_accessor import read_accessor
from lego_cli.mesh.gltf_clips import read_clips
from lego_cli.mesh.gltf_container import GltfContainer, read_gltf_container
from lego_cli.mesh.gltf_material import read_surfaces
from lego_cli.mesh.gltf_morphs import PartShapes, read_shapes
from lego_cli.mesh.gltf_nodes import node_matrices
from lego_cli.mesh.gltf_primitive import GltfPart
from lego_cli.mesh.gltf_rig import UNSTYLED, at_home, eye_centres, head_node, preset_mixes, read_notes
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.read import file_content
from lego_cli.mesh.soundness import require_sound
from lego_cli.mesh.texture_share import share_note
from lego_cli.mesh.weld import welded

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

RIGGED = (".glb", ".gltf", ".vrm")
"""Suffixes of files that may hold shapes and can be read."""

_DAMAGED = "the file is damaged or was cut short: export the scene again"
_SAME = 1e-6  # of the extent: two places that are one


def read_rigged(path: Path | str, limits: ReadLimits = ReadLimits()) -> RiggedHead:  # noqa: B008 (frozen)
    """The head in a .glb, .gltf or .vrm file, with its shapes and clips; without shapes it has no controls.

    A file of ours gives back what was written, quads and order of vertices too. In any other, all targets are
    controls, meshes whose targets share a name move together, and positions are the scene's. Raises
    :class:`LegoError`.
    """
    path = Path(path)
    suffix, data = file_content(path, limits)
    if suffix not in RIGGED:
        raise LegoError(f"{path.name} holds no shapes", f"give one of {', '.join(RIGGED)}", ExitCode.USAGE)
    try:
        with np.errstate(all="ignore"):
            head = _read(path, data, limits)
    except MemoryError as error:
        raise LegoError(f"{path.name} needs more memory than there is", "decimate the mesh first") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise LegoError(f"{path.name} is no sound glTF ({error})"[:200], _DAMAGED) from error
    require_sound(head.mesh, path.name, limits)
    note = share_note(head.mesh)
    return head if note is None else replace(head, mesh=replace(head.mesh, notes=(*head.mesh.notes, note)))


def _read(path: Path, data: bytes, limits: ReadLimits) -> RiggedHead:
    container = read_gltf_container(path, data, limits)
    notes = read_notes(container)
    container, placement = at_home(container, notes)
    matrices = node_matrices(container)
    parts = read_parts(container, matrices, limits)
    found = read_shapes(container, parts, limits)
    mesh, kept = _mesh(path, container, parts, found)
    names = tuple(dict.fromkeys(name for shapes in found for name in shapes.names))
    numbers = 3 * len(names) * len(kept)  # each has all vertices, few as it may move
    limits.require_shapes(container.name, numbers)
    controls, correctives, plain = notes.sorted_names(names)
    table = _table(parts, found, kept, (*controls, *(c.name for c in correctives), *((UNSTYLED,) if plain else ())))
    head = head_node(container, matrices)
    start = {name: value for shapes in reversed(found) for name, value in zip(shapes.names, shapes.start, strict=True)}
    pose = np.array([start[name] for name in controls])
    targets = {part.placed.node: shapes.names for part, shapes in zip(parts, found, strict=True)}
    return RiggedHead(
        name=notes.name or path.stem,
        mesh=mesh,
        controls=controls,
        shapes=table[: len(controls)],
        correctives=correctives,
        corrective_shapes=table[len(controls) : len(controls) + len(correctives)] if correctives else None,
        pose=pose if pose.any() else None,
        plain=mesh.vertices + table[-1] if plain else None,
        eyes=eye_centres(container, matrices),
        pivot=_pivot(mesh, None if head is None else matrices[head.index][:3, 3]),
        mixes=notes.mixes if notes.ours else preset_mixes(container, targets),
        clips=read_clips(container, controls, targets, head, limits, numbers),
        placement=placement,
        licence=notes.licence,
    )


def _mesh(path: Path, container: GltfContainer, parts: list[GltfPart], found: list[PartShapes]) -> tuple[Mesh, Ints]:
    """All parts in one mesh, and which of their vertices, one after the other, it kept."""
    positions, number = stacked(parts)
    own = _own_vertices(container, parts, positions)
    if own is not None:
        kept, index = own
        mesh = assembled(path, parts, kept, index, [_polygons(part) for part in parts])
    else:  # lips that touch are two places: what moves apart stays apart
        kept, index = welded(np.column_stack([positions, number, _fingerprints(parts, found)]))
        mesh = assembled(path, parts, kept, index)
    surfaces, remarks = read_surfaces(container, path)
    return replace(mesh, surfaces=surfaces, notes=tuple(remarks)), kept


def _own_vertices(container: GltfContainer, parts: list[GltfPart], positions: Floats) -> tuple[Ints, Ints] | None:
    """The welding that our writer noted, where the file is ours and as it was written."""
    generator = container.tree.get("asset", {}).get("generator")
    if generator != "lego" or not all("_VERTEX" in part.primitive["attributes"] for part in parts):
        return None
    numbers = []
    for part in parts:
        values = read_accessor(container, part.primitive["attributes"]["_VERTEX"], (1,), len(part.positions))[:, 0]
        if len(values) != len(part.positions):
            return None
        numbers.append(values)
    _, kept, index = np.unique(np.concatenate(numbers), return_index=True, return_inverse=True)
    apart = np.abs(positions[kept][index.reshape(-1)] - positions).max(initial=0)
    return (kept, index.reshape(-1)) if apart <= _SAME * np.ptp(positions, axis=0).max(initial=0) else None


def _polygons(part: GltfPart) -> tuple[Ints, Ints]:
    """Sizes and corners of the polygons that our writer cut into fans, each starting at another vertex."""
    fans = part.triangles[:, ::-1] if part.flipped else part.triangles
    goes_on = np.zeros(len(fans), dtype=bool)
    goes_on[1:] = (fans[1:, 0] == fans[:-1, 0]) & (fans[1:, 1] == fans[:-1, 2])
    face = np.cumsum(~goes_on) - 1
    sizes = np.bincount(face, minlength=0) + 2
    corners = np.concatenate([np.where(goes_on[:, None], -1, fans[:, :2]), fans[:, 2:]], axis=1).reshape(-1)
    corners = corners[corners >= 0]
    if part.flipped:
        ends = np.cumsum(sizes)
        at = np.arange(len(corners))
        corners = corners[np.repeat(2 * ends - sizes, sizes) - 1 - at]
    return sizes.astype(np.int64), corners


def _fingerprints(parts: list[GltfPart], found: list[PartShapes]) -> Floats:
    """``(n,)`` numbers that are equal where all displacements are, and otherwise practically never."""
    directions: dict[str, Floats] = {}
    random = np.random.default_rng(0)
    prints = []
    for part, shapes in zip(parts, found, strict=True):
        total = np.zeros(len(part.positions))
        for name, move in zip(shapes.names, shapes.moves, strict=True):
            direction = directions.setdefault(name, random.normal(size=3))
            total += (move.astype(np.float64) * direction).sum(axis=1)
        prints.append(total)
    return np.concatenate(prints)


def _table(parts: list[GltfPart], found: list[PartShapes], kept: Ints, names: tuple[str, ...]) -> Floats:
    """``(S, V, 3)`` float32 displacements of the vertices that were kept."""
    places = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(names), len(kept), 3), dtype=np.float32)
    order = np.argsort(kept, kind="stable")
    ends = np.cumsum([len(part.positions) for part in parts])
    bounds = np.searchsorted(kept[order], [0, *ends])
    for number, shapes in enumerate(found):
        begin = int(ends[number]) - len(parts[number].positions)
        mine = order[bounds[number] : bounds[number + 1]]
        for name, move in zip(shapes.names, shapes.moves, strict=True):
            table[places[name], mine] = move[kept[mine] - begin]
    return table


def _pivot(mesh: Mesh, noted: Floats | None) -> tuple[float, float, float]:
    """The head node, or where the neck of a head that fills the scene would be."""
    if noted is None:
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        noted = np.array([(low[0] + high[0]) / 2, low[1] + 0.3 * (high[1] - low[1]), (low[2] + high[2]) / 2])
    x, y, z = (float(value) for value in noted)
    return x, y, z
