"""Accessors of glTF 2.0 (section 3.6): typed arrays in buffers, strided, sparse or normalised."""

from __future__ import annotations

from typing import Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_container import GltfContainer, is_count

_COMPONENT = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_DAMAGED = "the file is damaged or was cut short: export the scene again"


def read_accessor(container: GltfContainer, index: Any, widths: tuple[int, ...], most: int) -> np.ndarray:
    """``(count, width)`` values; float64, or integers as stored unless they are normalised.

    Raises :class:`LegoError` unless the width is one of ``widths``, the count at most ``most`` and all bytes exist.
    """
    accessor = container.item("accessors", index)
    kind, width = _COMPONENT.get(accessor.get("componentType", 0)), _WIDTH.get(str(accessor.get("type")), 0)
    count = accessor.get("count")
    if kind is None or width not in widths or not is_count(count):
        raise LegoError(f"{container.name}: accessor {index} has the wrong type", _DAMAGED)
    if count > most:
        raise LegoError(
            f"{container.name}: accessor {index} declares {count} entries, more than the limit of {most}",
            "decimate the mesh first",
        )
    container.ask(count * width)
    if "bufferView" in accessor:
        values = _rows(container, accessor, count, width, kind)
    else:
        values = np.zeros((count, width), dtype=kind)
    if "sparse" in accessor:
        values = _with_sparse(container, accessor["sparse"], values)
    return _as_floats(values, bool(accessor.get("normalized")))


def declared_count(container: GltfContainer, index: Any) -> int:
    """How many entries an accessor says that it has, 0 where that is no number."""
    count = container.item("accessors", index).get("count")
    return count if is_count(count) else 0


def _rows(container: GltfContainer, place: dict[str, Any], count: int, width: int, kind: str) -> np.ndarray:
    """``(count, width)`` values of ``place``, which names a buffer view and an offset in it."""
    view = container.item("bufferViews", place.get("bufferView"))
    buffer = view.get("buffer")
    if not is_count(buffer) or buffer >= len(container.buffers):
        raise LegoError(f"{container.name} asks for buffer {str(buffer)[:20]!r}, which is not there", _DAMAGED)
    row = width * np.dtype(kind).itemsize
    lengths = (
        view.get("byteOffset", 0),
        place.get("byteOffset", 0),
        view.get("byteLength"),
        view.get("byteStride", row),
    )
    start, inner, length, stride = (value if is_count(value) else -1 for value in lengths)
    if min(start, inner, length) < 0 or stride < row:
        raise LegoError(f"{container.name} has a buffer view with senseless lengths", _DAMAGED)
    needed = inner + (count - 1) * stride + row if count else 0
    if needed > length or start + length > len(container.buffers[buffer]):
        raise LegoError(f"{container.name} declares {count} entries that its bytes cannot hold", _DAMAGED)
    if not count:
        return np.zeros((0, width), dtype=kind)
    if stride == row:
        return np.frombuffer(container.buffers[buffer], kind, count * width, start + inner).reshape(count, width)
    raw = np.frombuffer(container.buffers[buffer], dtype=np.uint8, count=max(needed - inner, 0), offset=start + inner)
    rows = np.lib.stride_tricks.as_strided(raw, (count, row), (stride, 1), writeable=False)
    return np.ascontiguousarray(rows).view(kind)


def _with_sparse(container: GltfContainer, sparse: Any, values: np.ndarray) -> np.ndarray:
    """``values`` with the entries that the sparse part replaces."""
    count, place = sparse["count"], sparse["indices"]
    kind = _COMPONENT[place["componentType"]]
    if not is_count(count) or count > len(values) or kind == "<f4":
        raise LegoError(f"{container.name} has a sparse accessor that makes no sense", _DAMAGED)
    container.ask(count * (1 + values.shape[1]))
    index = _rows(container, place, count, 1, kind)[:, 0].astype(np.int64)
    if ((index < 0) | (index >= len(values))).any():
        raise LegoError(f"{container.name} has a sparse accessor with indices out of range", _DAMAGED)
    filled = values.copy()
    filled[index] = _rows(container, sparse["values"], count, values.shape[1], values.dtype.str)
    return filled


def _as_floats(values: np.ndarray, normalised: bool) -> np.ndarray:
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    if not normalised:
        return values.astype(np.int64)
    return np.maximum(values / np.iinfo(values.dtype).max, -1.0)
