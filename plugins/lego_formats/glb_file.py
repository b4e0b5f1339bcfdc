"""A binary glTF 2.0 file under construction: accessors into one buffer, and the JSON round them."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

VERTICES, INDICES = 34962, 34963  # what a buffer view is for
_COMPONENT = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125, "float32": 5126}
_TYPE = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class GlbFile:
    """Collects arrays and JSON objects; what goes in gets its index back. Equal arrays are held once."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {"asset": {"version": "2.0", "generator": "lego"}}
        self._binary = bytearray()
        self._views: dict[tuple[bytes, str], int] = {}
        self._accessors: dict[str, int] = {}

    def add(self, key: str, item: dict[str, Any]) -> int:
        """Append an object to a top-level array such as ``nodes``."""
        entries = self.tree.setdefault(key, [])
        entries.append(item)
        return len(entries) - 1

    def add_view(self, data: bytes, target: int | None = None, layout: str = "") -> int:
        """A buffer view of ``data``; equal data of one ``layout`` share it (attributes of two layouts must not)."""
        known = self._views.get((data, layout))
        if known is not None:
            return known
        self._binary += b"\0" * (-len(self._binary) % 4)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self._binary += data
        return self._views.setdefault((data, layout), self.add("bufferViews", view))

    def add_array(
        self, values: np.ndarray, target: int | None = None, normalised: bool = False, bounds: bool = False
    ) -> int:
        """An accessor for ``(n,)`` or ``(n, width)`` values of a type that glTF knows; rows fill 4 bytes."""
        accessor = _accessor(values, bounds)
        if normalised:
            accessor["normalized"] = True
        layout = json.dumps([target, accessor])
        accessor["bufferView"] = self.add_view(np.ascontiguousarray(values).tobytes(), target, layout)
        return self._add_accessor(accessor)

    def add_sparse(self, values: np.ndarray, kept: np.ndarray, bounds: bool = False) -> int:
        """An accessor for ``(n, width)`` values of which only the rows ``kept (n,) bool`` are held, the rest is 0.

        At least one row is written, since a sparse part without rows is not allowed.
        """
        rows = np.flatnonzero(kept) if kept.any() else np.zeros(1, dtype=np.int64)
        values = np.where(kept[:, None], values, 0).astype(values.dtype)
        index = rows.astype(np.uint16 if len(values) <= 65535 else np.uint32)
        accessor = _accessor(values, bounds)
        accessor["sparse"] = {
            "count": len(rows),
            "indices": {"bufferView": self.add_view(index.tobytes()), "componentType": _COMPONENT[index.dtype.name]},
            "values": {"bufferView": self.add_view(np.ascontiguousarray(values[rows]).tobytes())},
        }
        return self._add_accessor(accessor)

    def _add_accessor(self, accessor: dict[str, Any]) -> int:
        key = json.dumps(accessor, sort_keys=True, allow_nan=False)
        if key not in self._accessors:
            self._accessors[key] = self.add("accessors", accessor)
        return self._accessors[key]

    def write(self, path: Path) -> None:
        """Write everything collected."""
        self._binary += b"\0" * (-len(self._binary) % 4)
        tree = self.tree | ({"buffers": [{"byteLength": len(self._binary)}]} if self._binary else {})
        text = json.dumps(tree, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        if self._binary:
            chunks += struct.pack("<II", len(self._binary), 0x004E4942) + self._binary
        path.write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks)


def _accessor(values: np.ndarray, bounds: bool) -> dict[str, Any]:
    table = values.reshape(len(values), -1)
    accessor: dict[str, Any] = {
        "componentType": _COMPONENT[values.dtype.name],
        "count": len(values),
        "type": _TYPE[table.shape[1]],
    }
    if bounds:
        accessor |= {"min": table.min(axis=0).tolist(), "max": table.max(axis=0).tolist()}
    return accessor
