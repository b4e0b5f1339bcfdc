"""Codes on disk: one JSON file a person, made to be read and edited by people. Nothing in it is ever executed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

import lego_cli
from lego_cli.api import ARKIT
from lego_cli.core.encoding.code_fields import CodeFieldError, CodeFields, parsed, shown
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.errors import LegoError
from lego_cli.files.atomic import atomic_write
from lego_cli.files.inputs import input_bytes

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.encoding.encoded import Encoded
    from lego_cli.core.stylist import Stylist

FORMAT, VERSION = "lego-code", 1
SHAPE_DIGITS, ACTION_DIGITS = 4, 4  # 1e-4 of a shape number moves no point by more than 0.002 mm
DETAIL_METRES = 1e-6  # one step of the stored integers
SHAPE_ROW = 12  # numbers a line
MOST_BYTES = 4 << 20  # a real file is under 100 kB
HINT = "make it again with: lego encode HEAD.obj -o CODE.json"


@dataclass(frozen=True)
class Source:
    """A file that a code was made from."""

    name: str
    sha256: str
    weight: float = 1.0  # its share of an average


@dataclass(frozen=True)
class SavedCode:
    """What a code file holds: a person, where the head stood in its file, and how it came about."""

    code: Code
    transform: Similarity  # canonical frame to the source's
    residual_mm: dict[str, float] = field(default_factory=dict)  # of the fit, empty for averages
    unit: str = "unknown"
    up: str = "unknown"
    parts_left_out: int = 0
    sources: tuple[Source, ...] = ()

    @staticmethod
    def of(encoded: Encoded, path: Path | None = None) -> SavedCode:
        """What is worth keeping of an encoded mesh; ``path`` is its file, if it is one."""
        sources = () if path is None else (Source(path.name, sha256(path.read_bytes()).hexdigest()),)
        e = encoded
        return SavedCode(e.code, e.transform, dict(e.residual_mm), e.unit, e.up, e.parts_left_out, sources)


def network_digest(net: object) -> str:
    """16 hexadecimal digits of a hash of the weights of DS: codes mean nothing to another one."""
    assert isinstance(net, nn.Module)
    whole = sha256()
    for name, tensor in net.state_dict().items():
        whole.update(name.encode() + tensor.cpu().numpy().tobytes())
    return whole.hexdigest()[:16]


def write_code(saved: SavedCode, path: Path, stylist: Stylist, made_with: Mapping[str, Any] | None = None) -> None:
    """Write a code file; the same code gives the same bytes. ``made_with`` is for whoever reads the file."""
    code = saved.code
    table: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "made_with": {"lego": lego_cli.__version__, **(made_with or {})},
        "head_model": stylist.head.name,
        "surface_net": network_digest(stylist.net),
        "sources": [{"name": s.name, "sha256": s.sha256, "weight": round(s.weight, 4)} for s in saved.sources],
        "residual_mm": {k: round(float(v), 3) for k, v in saved.residual_mm.items() if np.isfinite(v)},
        "source_frame": {"unit": saved.unit, "up": saved.up, **saved.transform.as_dict()},
        "expression": _named(code.expression),
        "shape": [round(float(x), SHAPE_DIGITS) + 0.0 for x in code.shape],  # + 0.0: no "-0.0"
    }
    if code.detail is not None and np.any(code.detail):
        table["detail"] = packed_detail(code.detail)
    with atomic_write(path) as temporary:
        temporary.write_text(_laid_out(table), encoding="utf-8")


def read_code(path: Path, stylist: Stylist) -> SavedCode:
    """Read a code file for this head model and DS.

    Raises LegoError for a file that is damaged, of another kind or another DS, or edited beyond what a head can be.
    """
    table = _table(path)
    for key, own in (("head_model", stylist.head.name), ("surface_net", network_digest(stylist.net))):
        if table.get(key) != own:
            what = key.replace("_", " ")
            hint = "codes fit only the DS they were made with; encode the mesh again with: lego encode"
            raise LegoError(f"{path} was made with another {what} ({shown(table.get(key))}, not {own})", hint)
    try:
        return _saved(CodeFields(table), stylist)
    except CodeFieldError as damage:
        raise LegoError(f"{path}: {damage}", damage.hint or HINT) from None


def packed_detail(detail: Floats) -> str:
    """Detail ``(V, 3)`` in metres as text: base64 of deflated little-endian 16-bit thousandths of a millimetre."""
    steps = np.clip(np.round(np.asarray(detail) / DETAIL_METRES), -32767, 32767).astype("<i2")
    return base64.b64encode(zlib.compress(steps.tobytes(), 9)).decode()


def _saved(fields: CodeFields, stylist: Stylist) -> SavedCode:
    fields.refuse_misspelt()
    detail = fields.detail(len(stylist.head.vertices))
    code = Code(
        shape=fields.shape(stylist.net.shape_size),
        expression=fields.expression(),
        detail=None if detail is None else detail * DETAIL_METRES,
    )
    sources = tuple(Source(str(s["name"]), str(s["sha256"]), float(s["weight"])) for s in fields.sources())
    unit, up = (fields.text("source_frame", key) for key in ("unit", "up"))
    return SavedCode(code, fields.transform(), fields.residual(), unit, up, 0, sources)


def _table(path: Path) -> dict[str, Any]:
    """The JSON object of a code file of our version, not looked at further."""
    if not path.is_file():
        raise LegoError(f"no file {path}", "check the name; make a code with: lego encode HEAD.obj -o CODE.json")
    try:
        table = parsed(input_bytes(path, MOST_BYTES, HINT))
    except CodeFieldError as damage:
        raise LegoError(f"{path}: {damage}", damage.hint or HINT) from None
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise LegoError(f"{path} is no code file", HINT)
    if table.get("version") != VERSION:
        raise LegoError(f"{path} has code format {shown(table.get('version'))}, not {VERSION}", "update lego")
    return table


def _named(expression: Floats) -> dict[str, float]:
    rounded = (round(float(value), ACTION_DIGITS) for value in expression)
    return {name: value for name, value in zip(ARKIT, rounded, strict=True) if value}


def _laid_out(table: Mapping[str, Any]) -> str:
    """JSON with a line for each key, for each part of what people edit, and a few lines for the shape."""
    parts = []
    for key, value in table.items():
        text = json.dumps(value, ensure_ascii=False)
        if key == "shape":
            rows = [value[i : i + SHAPE_ROW] for i in range(0, len(value), SHAPE_ROW)]
            text = _block("[", [json.dumps(row)[1:-1] for row in rows], "]")
        elif key in ("source_frame", "expression") and value:
            text = _block("{", [f'"{name}": {json.dumps(part)}' for name, part in value.items()], "}")
        parts.append(f'  "{key}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(opening: str, lines: Sequence[str], closing: str) -> str:
    return f"{opening}\n    " + ",\n    ".join(lines) + f"\n  {closing}"
