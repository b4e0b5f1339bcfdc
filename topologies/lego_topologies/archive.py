"""How a topology lies on disk: a small ``.npz`` that depends on nothing but its contents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError, Mesh, Topology, read_arrays, write_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Arrays = dict[str, NDArray[Any]]

GRID = 2.0**-20  # metres: positions are whole multiples of 0.95 micrometres, exact in float32
UV_GRID = 2.0**-16
WEIGHT_GRID = 2.0**-15


def write_topology(topology: Topology, path: Path) -> None:
    """Write ``topology``; positions are rounded to a micrometre, so symmetric ones stay symmetric."""
    mesh = topology.mesh
    assert mesh.face_group is not None
    names = sorted(topology.parts)
    arrays: Arrays = {
        "text": np.array([topology.name, topology.summary, topology.licence]),
        "group": np.array(mesh.groups, dtype=np.str_),
        "face_group": mesh.face_group.astype(np.uint8),
        "face_size": mesh.face_sizes.astype(np.uint8),
        "corner": _narrow(mesh.corner_vertex),
        "rest": _whole(mesh.vertices, GRID),
        "point": _whole(topology.points, GRID),
        "anchor": topology.anchors.T.astype(np.uint16),
        "weight": _whole(topology.weights[:, :3], WEIGHT_GRID).astype(np.uint16),
        "part": np.array(names, dtype=np.str_),
        "part_vertex": _narrow(np.concatenate([topology.parts[n] for n in names])),
        "part_start": np.cumsum([0, *(len(topology.parts[n]) for n in names)]).astype(np.uint32),
    }
    if mesh.uvs is not None and mesh.corner_uv is not None:
        arrays |= {"uv": _whole(mesh.uvs, UV_GRID).astype(np.uint32), "corner_uv": _narrow(mesh.corner_uv)}
    write_arrays(path, arrays)


def read_topology(path: Path) -> Topology:
    """Read what :func:`write_topology` wrote; raises LegoError when the file is missing or damaged."""
    hint = "reinstall lego"
    arrays = read_arrays(path, "the topology", hint)
    try:
        return _from_arrays(arrays)
    except (ValueError, KeyError, IndexError, TypeError, OverflowError) as problem:
        raise LegoError(f"{path} is no topology: {type(problem).__name__} {problem}", hint) from problem


def _from_arrays(a: Arrays) -> Topology:
    name, summary, licence = a["text"].tolist()
    weights = a["weight"].T.astype(np.float32) * np.float32(WEIGHT_GRID)
    weights = np.concatenate([weights, np.clip(1 - weights.sum(1, keepdims=True), 0, 1)], axis=1)
    starts = a["part_start"].astype(np.int64)
    vertices = a["part_vertex"].astype(np.int64)
    mesh = Mesh(
        a["rest"].T * GRID,
        a["face_size"].astype(np.int64),
        a["corner"].astype(np.int64),
        uvs=a["uv"].T * UV_GRID if "uv" in a else None,
        corner_uv=a["corner_uv"].astype(np.int64) if "uv" in a else None,
        groups=tuple(a["group"].tolist()),
        face_group=a["face_group"].astype(np.int64),
    )
    return Topology(
        name=name,
        summary=summary,
        licence=licence,
        mesh=mesh,
        points=np.ascontiguousarray(a["point"].T * np.float32(GRID)),
        anchors=np.ascontiguousarray(a["anchor"].T).astype(np.int64),
        weights=weights / weights.sum(1, keepdims=True),
        parts={n: vertices[i:j] for n, i, j in zip(a["part"].tolist(), starts, starts[1:], strict=False)},
    )


def _whole(values: Floats, grid: float) -> NDArray[np.int32]:
    """Whole multiples of ``grid``, one coordinate after the other, which compresses better."""
    return np.round(np.asarray(values, np.float64).T / grid).astype(np.int32)


def _narrow(index: NDArray[Any]) -> NDArray[Any]:
    return index.astype(np.uint16 if index.size == 0 or index.max() < 2**16 else np.uint32)
