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
    """Collects arrays and JSON objects; what goes in gets its index back."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {"asset": {"version": "2.0", "generator": "lego"}}
        self._binary = bytearray()

    def add(self, key: str, item: dict[str, Any]) -> int:
        """Append an object to a top-level array such as ``nodes``."""
        entries = self.tree.setdefault(key, [])
        entries.append(item)
        return len(entries) - 1

    def add_array(
        self, values: np.ndarray, target: int | None = None, normalised: bool = False, bounds: bool = False
    ) -> int:
        """Append an accessor for ``(n,)`` or ``(n, width)`` values of a type that glTF knows; rows fill 4 bytes."""
        values = np.ascontiguousarray(values)
        table = values.reshape(len(values), -1)
        self._binary += b"\0" * (-len(self._binary) % 4)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": values.nbytes}
        if target is not None:
            view["target"] = target
        self._binary += values.tobytes()
        accessor: dict[str, Any] = {
            "bufferView": self.add("bufferViews", view),
            "componentType": _COMPONENT[values.dtype.name],
            "count": len(values),
            "type": _TYPE[table.shape[1]],
        }
        if normalised:
            accessor["normalized"] = True
        if bounds:
            accessor |= {"min": table.min(axis=0).tolist(), "max": table.max(axis=0).tolist()}
        return self.add("accessors", accessor)

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
