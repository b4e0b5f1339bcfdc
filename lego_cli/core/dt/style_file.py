"""Styles on disk: one ``.lego`` file, a zip of TOML, safetensors and a PNG. Nothing in it is ever executed."""

from __future__ import annotations

import json
import tomllib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from lego_cli.core.dt.style_field import StyleField
from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write

FORMAT = 2
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SafetensorError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
MAX_MEMBER = 64 << 20  # bytes; a real style is under 2 MB, a zip bomb is not


@dataclass(frozen=True)
class Style:
    """A learned style: DT for one exemplar, and what a person should know about it."""

    name: str
    licence: str
    summary: str
    shape: Tensor  # (K,) shape code of the exemplar's identity
    field: StyleField
    directions: Tensor  # (R, K) of the shape code, that the field's R responses answer to
    provenance: dict[str, str | float] = field(default_factory=dict)
    thumbnail: bytes = b""  # PNG

    def displacement(self, points: Tensor, shape: Tensor) -> Tensor:
        """``(Q, 3)`` metres, in the mean head's frames, at template points ``(Q, 3)`` for a person ``(K,)``."""
        share = torch.cat([torch.ones(1), self.directions @ (shape - self.shape)])
        return torch.einsum("qrc,r->qc", self.field(points), share)


def write_style(style: Style, path: Path) -> None:
    """Write a style file; the same style gives the same bytes."""
    net = style.field.net
    sizes = {"width": net.linears[0].out_features, "layers": len(net.linears) - 1, "responses": style.field.responses}
    table = {"format": FORMAT, "name": style.name, "licence": style.licence, "summary": style.summary}
    field = {f"field.{k}": v.half() if v.dim() else v for k, v in style.field.state_dict().items()}
    tensors = {"shape": style.shape, "directions": style.directions.half(), **field}
    text = _toml(table) + "\n[field]\n" + _toml(sizes) + "\n[provenance]\n" + _toml(style.provenance)
    members = {
        "style.toml": text.encode(),
        "weights.safetensors": save({k: v.contiguous() for k, v in tensors.items()}),
        "thumbnail.png": style.thumbnail,
    }
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def read_style(path: Path) -> Style:
    """Read a style file. Raises LegoError when it is missing, damaged or of another kind."""
    if not path.is_file():
        raise LegoError(f"no style file {path}", "list the styles with: lego styles list", ExitCode.MISSING)
    try:
        with zipfile.ZipFile(path) as archive:
            table = tomllib.loads(_member(archive, "style.toml").decode())
            tensors = load(_member(archive, "weights.safetensors"))
            thumbnail = _member(archive, "thumbnail.png")
        if table["format"] != FORMAT:
            raise LegoError(
                f"{path.name} has style format {table['format']}, not {FORMAT}", "update lego, or the style"
            )
        net = StyleField(*(int(table["field"][key]) for key in ("width", "layers", "responses")))
        net.load_state_dict({k.removeprefix("field."): v.float() for k, v in tensors.items() if k.startswith("field.")})
        shape, directions = tensors["shape"].float(), tensors["directions"].float()
    except DAMAGE as error:
        raise LegoError(
            f"{path} is not a style file", "styles are .lego files; list yours: lego styles list"
        ) from error
    finite = all(torch.isfinite(v).all() for v in tensors.values())
    if not finite or directions.shape != (net.responses, len(shape)):
        raise LegoError(f"{path} holds damaged weights", "make or fetch the style again")
    return Style(
        str(table["name"]), str(table["licence"]), str(table.get("summary", "")), shape,
        net.eval().requires_grad_(False), directions, dict(table.get("provenance", {})), thumbnail,
    )  # fmt: skip


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > MAX_MEMBER:
        raise ValueError(f"{name} is too large")
    with archive.open(info) as file:
        return file.read(MAX_MEMBER)


def _toml(table: Mapping[str, object]) -> str:
    """Flat TOML: JSON's strings and numbers are TOML's too."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
