"""A user's topology on disk: the whole mesh as it was made, and the place of each of its vertices on the head model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh, ObjSource, Topology, parsed_json, read_arrays, write_arrays
from lego_cli.errors import LegoError
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.soundness import require_sound

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

FORMAT = 1
ONE: tuple[int | None, ...] = (None,)
ARRAYS = {  # of a mesh: kinds and shape
    "face_sizes": ("iu", ONE),
    "corner_vertex": ("iu", ONE),
    "uvs": ("f", (None, 2)),
    "corner_uv": ("iu", ONE),
    "colours": ("f", (None, None)),
    "face_group": ("iu", ONE),
    "face_material": ("iu", ONE),
    "smoothing": ("iu", ONE),
}
NEEDED = ("face_sizes", "corner_vertex")
NEAR = 0.01  # what weights may differ from 1 by, together
FARTHEST = 10_000_000  # of an anchor; how many vertices there are, the head model says
LARGEST = 1e3  # metres, of a place on the head model; it is 0.3 m high
NAMES = ("groups", "materials")
HINT = "add it again: lego topologies add NAME MESH --force"


def write_topology(topology: Topology, path: Path) -> None:
    """Write ``topology``; the same one gives the same bytes. The text of a mesh that came from an OBJ file is kept."""
    parts = {name: np.asarray(topology.parts[name], np.int64) for name in sorted(topology.parts)}
    arrays: dict[str, Any] = {
        "format": np.array([FORMAT]),
        "text": np.array([topology.name, topology.summary, topology.licence, json.dumps(dict(topology.facts))]),
        "rest": np.asarray(topology.mesh.vertices, np.float64),
        "point": np.asarray(topology.points, np.float32),
        "anchor": np.asarray(topology.anchors, np.int32),
        "weight": np.asarray(topology.weights, np.float32),
        "offset": np.zeros((0, 3)) if topology.offsets is None else np.asarray(topology.offsets, np.float32),
        "part": np.array(list(parts), dtype=np.str_),
        "part_size": np.array([len(index) for index in parts.values()], dtype=np.int64),
        "part_vertex": np.concatenate([np.zeros(0, np.int64), *parts.values()]).astype(np.int32),
    }
    write_arrays(path, arrays | _mesh_arrays(topology.mesh))


def read_topology(path: Path) -> Topology:
    """Read what :func:`write_topology` wrote. Raises LegoError when it is missing, damaged or of another version."""
    arrays = read_arrays(path, "the topology", HINT)
    try:
        if _array(arrays, "format", "iu", (None,)).tolist() != [FORMAT]:
            raise LegoError(f"{path} has another topology format than {FORMAT}", f"update lego, or {HINT}")
        topology = _from_arrays(arrays, path)
        _require_consistent(topology)
    except ValueError as problem:
        raise LegoError(f"{path} is no topology: {problem}", HINT) from problem
    return topology


def _mesh_arrays(mesh: Mesh) -> dict[str, Any]:
    if isinstance(mesh.source, ObjSource):  # its text holds all the rest
        return {"obj": np.frombuffer(mesh.source.data, np.uint8)}
    arrays = {f"mesh_{name}": getattr(mesh, name) for name in ARRAYS if getattr(mesh, name) is not None}
    return arrays | {f"mesh_{name}": np.array(getattr(mesh, name), dtype=np.str_) for name in NAMES}


def _from_arrays(arrays: dict[str, Any], path: Path) -> Topology:
    name, summary, licence, facts = _array(arrays, "text", "U", (4,)).tolist()
    offsets = _array(arrays, "offset", "f", (None, 3))
    return Topology(
        name=name,
        summary=summary,
        licence=licence,
        mesh=_mesh(arrays, path),
        points=_array(arrays, "point", "f", (None, 3)),
        anchors=_array(arrays, "anchor", "iu", (None, 4)).astype(np.int64),
        weights=_array(arrays, "weight", "f", (None, 4)),
        parts=_parts(arrays),
        offsets=offsets if len(offsets) else None,
        facts=_facts(facts),
    )


def _parts(arrays: dict[str, Any]) -> dict[str, Ints]:
    names = _array(arrays, "part", "U", (None,)).tolist()
    sizes = _array(arrays, "part_size", "iu", (len(names),)).astype(np.int64)
    vertices = _array(arrays, "part_vertex", "iu", (None,)).astype(np.int64)
    if (
        (sizes < 0).any()
        or (sizes > len(vertices)).any()
        or sizes.sum() != len(vertices)
        or len(set(names)) < len(names)
    ):
        raise ValueError("its parts have no vertices")
    return dict(zip(names, np.split(vertices, np.cumsum(sizes)[:-1]), strict=bool(names)))


def _facts(text: str) -> dict[str, Any]:
    facts = parsed_json(text)
    if not isinstance(facts, dict):
        raise ValueError("its facts are no table")
    return facts


def _mesh(arrays: dict[str, Any], path: Path) -> Mesh:
    rest: Floats = _array(arrays, "rest", "f", (None, 3)).astype(np.float64)
    if "obj" in arrays:
        from lego_cli.mesh.obj import read_obj

        mesh = read_obj(path, _array(arrays, "obj", "u", (None,)).astype(np.uint8).tobytes(), ReadLimits())
        if rest.shape != mesh.vertices.shape:
            raise ValueError("its rest positions are of another mesh")
        mesh = mesh.with_vertices(rest)
    else:
        mesh = _plain_mesh(arrays, rest)
    mesh = replace(mesh, path=path)
    require_sound(mesh, path.name, ReadLimits())
    return mesh


def _plain_mesh(arrays: dict[str, Any], rest: Floats) -> Mesh:
    """A mesh whose every array is there in the right number. Raises ``ValueError`` for others."""
    kept: dict[str, Any] = {}
    for name, (kinds, shape) in ARRAYS.items():
        if f"mesh_{name}" in arrays or name in NEEDED:
            kept[name] = _array(arrays, f"mesh_{name}", kinds, shape)
    kept |= {name: kept[name].astype(np.int64) for name in kept if ARRAYS[name][0] == "iu"}
    kept |= {name: tuple(_array(arrays, f"mesh_{name}", "U", (None,)).tolist()) for name in NAMES}
    faces, corners = len(kept["face_sizes"]), len(kept["corner_vertex"])
    sizes = kept["face_sizes"]
    if (sizes < 0).any() or (sizes > corners).any() or sizes.sum() != corners:
        raise ValueError("its faces have no corners")
    for name, count in (("corner_uv", corners), ("face_group", faces), ("face_material", faces), ("smoothing", faces)):
        if name in kept and len(kept[name]) != count:
            raise ValueError(f"its '{name}' is of another mesh")
    for name, named in (("face_group", "groups"), ("face_material", "materials")):
        index = kept.get(name, np.zeros(0, np.int64))
        if ((index < -1) | (index >= len(kept[named]))).any():
            raise ValueError(f"its '{name}' names what is not there")
    colours = kept.get("colours")
    if colours is not None and (colours.shape[1] not in (3, 4) or len(colours) != len(rest)):
        raise ValueError("its colours are of another mesh")
    return Mesh(vertices=rest, **kept)


def _array(arrays: dict[str, Any], name: str, kinds: str, shape: tuple[int | None, ...]) -> Any:
    """An array of one of the ``kinds`` of numbers or text; a length that is None is any. Raises ``ValueError``."""
    array = arrays.get(name)
    if array is None or array.dtype.kind not in kinds or array.ndim != len(shape):
        raise ValueError(f"it has no '{name}'")
    if any(wanted is not None and length != wanted for length, wanted in zip(array.shape, shape, strict=True)):
        raise ValueError(f"its '{name}' has the shape {array.shape}")
    return array


def _require_consistent(topology: Topology) -> None:
    """Raise ValueError unless every vertex has finite coordinates, anchors and weights."""
    count = len(topology.mesh.vertices)
    offsets = topology.points if topology.offsets is None else topology.offsets
    for values in (topology.points, topology.anchors, topology.weights, offsets):
        if len(values) != count:
            raise ValueError(f"it has {count} vertices, but not a place for each")
    for values in (topology.points, topology.weights, offsets):
        if not (np.abs(values) <= LARGEST).all():
            raise ValueError("it has places that no head has")
    if (np.abs(topology.weights.sum(axis=1) - 1) > NEAR).any():
        raise ValueError("its weights do not sum to 1")
    used = [*topology.parts.values(), np.zeros(0, np.int64)]
    if (
        topology.anchors.min(initial=0) < 0
        or topology.anchors.max(initial=0) > FARTHEST
        or not all(((i >= 0) & (i < count)).all() for i in used)
    ):
        raise ValueError("it names vertices that are not there")
