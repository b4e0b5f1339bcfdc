"""A user's topology on disk: the whole mesh as it was made, and the place of each of its vertices on the head model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh, ObjSource, Topology, read_arrays, write_arrays
from lego_cli.errors import LegoError
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.soundness import require_sound

if TYPE_CHECKING:
    from lego_cli.api import Floats

FORMAT = 1
ARRAYS = ("face_sizes", "corner_vertex", "uvs", "corner_uv", "colours", "face_group", "face_material", "smoothing")
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
        if arrays["format"].tolist() != [FORMAT]:
            raise LegoError(f"{path} has another topology format than {FORMAT}", f"update lego, or {HINT}")
        topology = _from_arrays(arrays, path)
        _require_consistent(topology)
    except (ValueError, KeyError, IndexError, TypeError) as problem:
        raise LegoError(f"{path} is no topology: {problem}", HINT) from problem
    return topology


def _mesh_arrays(mesh: Mesh) -> dict[str, Any]:
    if isinstance(mesh.source, ObjSource):  # its text holds all the rest
        return {"obj": np.frombuffer(mesh.source.data, np.uint8)}
    arrays = {f"mesh_{name}": getattr(mesh, name) for name in ARRAYS if getattr(mesh, name) is not None}
    return arrays | {f"mesh_{name}": np.array(getattr(mesh, name), dtype=np.str_) for name in NAMES}


def _from_arrays(arrays: dict[str, Any], path: Path) -> Topology:
    name, summary, licence, facts = arrays["text"].tolist()
    parts = np.split(arrays["part_vertex"].astype(np.int64), np.cumsum(arrays["part_size"])[:-1])
    return Topology(
        name=name,
        summary=summary,
        licence=licence,
        mesh=_mesh(arrays, path),
        points=arrays["point"],
        anchors=arrays["anchor"].astype(np.int64),
        weights=arrays["weight"],
        parts=dict(zip(arrays["part"].tolist(), parts, strict=False)),
        offsets=arrays["offset"] if len(arrays["offset"]) else None,
        facts=json.loads(facts),
    )


def _mesh(arrays: dict[str, Any], path: Path) -> Mesh:
    rest: Floats = arrays["rest"].astype(np.float64)
    if "obj" in arrays:
        from lego_cli.mesh.obj import read_obj

        mesh = read_obj(path, arrays["obj"].tobytes(), ReadLimits()).with_vertices(rest)
    else:
        kept: dict[str, Any] = {name: arrays[f"mesh_{name}"] for name in ARRAYS if f"mesh_{name}" in arrays}
        kept |= {name: tuple(arrays[f"mesh_{name}"].tolist()) for name in NAMES}
        mesh = Mesh(vertices=rest, **kept)
    mesh = replace(mesh, path=path)
    require_sound(mesh, path.name, ReadLimits())
    return mesh


def _require_consistent(topology: Topology) -> None:
    """Raise ValueError unless every vertex has finite coordinates, anchors and weights."""
    count = len(topology.mesh.vertices)
    offsets = topology.points if topology.offsets is None else topology.offsets
    for values, columns in ((topology.points, 3), (topology.anchors, 4), (topology.weights, 4), (offsets, 3)):
        if values.shape != (count, columns) or not np.isfinite(values).all():
            raise ValueError(f"it has {count} vertices, but not a place for each")
    used = [*topology.parts.values(), np.zeros(0, np.int64)]
    if topology.anchors.min(initial=0) < 0 or not all(((i >= 0) & (i < count)).all() for i in used):
        raise ValueError("it names vertices that are not there")
