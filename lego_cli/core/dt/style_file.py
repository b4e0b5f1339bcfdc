"""Styles on disk: one ``.lego`` file, a zip of TOML, safetensors and a PNG. Nothing in it is ever executed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from lego_cli.core.dt.style_archive import FORMAT, TABLE, THUMBNAIL, WEIGHTS, StyleArchive, read_archive
from lego_cli.core.dt.style_field import StyleField
from lego_cli.core.training_options import DEEPEST, WIDEST
from lego_cli.errors import LegoError
from lego_cli.files.atomic import atomic_write

MOST_HEADER = 1 << 20  # bytes of the list of tensors
MOST_RESPONSES = 64
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
LARGEST = 1e5  # of a weight or a number of a code; half precision ends at 65504
FIELD = "field."


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
        """``(Q, 3)`` metres, in the mean head's frames, at template points ``(Q, 3)`` for a person ``(K,)``.

        Raises LegoError for a person of another DS, whose code has other numbers.
        """
        if shape.shape != self.shape.shape:
            message = f"style '{self.name}' is for codes of {len(self.shape)} numbers, and this DS has {len(shape)}"
            raise LegoError(message, "learn the style again with this DS: lego finetune")
        share = torch.cat([torch.ones(1), self.directions @ (shape - self.shape)])
        return torch.einsum("qrc,r->qc", self.field(points), share)


def write_style(style: Style, path: Path) -> None:
    """Write a style file; the same style gives the same bytes."""
    net = style.field.net
    sizes = {"width": net.linears[0].out_features, "layers": len(net.linears) - 1, "responses": style.field.responses}
    table = {"format": FORMAT, "name": style.name, "licence": style.licence, "summary": style.summary}
    field = {FIELD + k: v.half() if v.dim() else v for k, v in style.field.state_dict().items()}
    tensors = {"shape": style.shape, "directions": style.directions.half(), **field}
    text = _toml(table) + "\n[field]\n" + _toml(sizes) + "\n[provenance]\n" + _toml(style.provenance)
    members = {
        TABLE: text.encode(),
        WEIGHTS: save({k: v.contiguous() for k, v in tensors.items()}),
        THUMBNAIL: style.thumbnail,
    }
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def read_style(path: Path) -> Style:
    """Read a style file. Raises LegoError when it is missing, damaged or of another kind."""
    archive = read_archive(path)
    try:
        tensors = _tensors(archive.weights)
        net = _field(archive.sizes, tensors)
        shape, directions = (tensors.get(name, torch.zeros(())) for name in ("shape", "directions"))
        if shape.dim() != 1 or not len(shape) or directions.shape != (net.responses, len(shape)):
            raise ValueError("a code or directions of the wrong size")
    except (ValueError, RuntimeError, IndexError, SafetensorError) as damage:
        reason = str(damage)[:200]  # torch lists every name that it misses
        raise LegoError(f"{path} holds damaged weights: {reason}", "make or fetch the style again") from damage
    return _style(archive, net, shape, directions)


def _style(archive: StyleArchive, net: StyleField, shape: Tensor, directions: Tensor) -> Style:
    a = archive
    return Style(a.name, a.licence, a.summary, shape, net, directions, a.provenance, a.thumbnail)


def _tensors(data: bytes) -> dict[str, Tensor]:
    """Finite float32 tensors. Raises ``ValueError`` or ``SafetensorError`` for others."""
    if int.from_bytes(data[:8], "little") > MOST_HEADER:
        raise ValueError("they are too many")
    tensors = load(data)
    if not all(v.dtype in FLOATS for v in tensors.values()):
        raise ValueError("they are no numbers")
    found = {name: tensor.float() for name, tensor in tensors.items()}
    if not all((v.abs() <= LARGEST).all() for v in found.values()):
        raise ValueError("some are not finite or too large")
    return found


def _field(sizes: Mapping[str, int], tensors: Mapping[str, Tensor]) -> StyleField:
    """The network of those weights, built without memory first: sizes that the weights do not have cost nothing."""
    width, layers, responses = (sizes[key] for key in ("width", "layers", "responses"))
    if not (1 <= width <= WIDEST and 1 <= layers <= DEEPEST and responses <= MOST_RESPONSES):
        raise ValueError(f"a field of {layers} layers of {width} with {responses} responses")
    with torch.device("meta"):
        net = StyleField(width, layers, responses)
    own = {name.removeprefix(FIELD): tensor for name, tensor in tensors.items() if name.startswith(FIELD)}
    net.load_state_dict(own, assign=True)
    return net.eval().requires_grad_(False)


def _toml(table: Mapping[str, object]) -> str:
    """Flat TOML: JSON's strings and numbers are TOML's too."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
