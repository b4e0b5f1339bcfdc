"""Tensors on disk: safetensors with a flat table of text beside them, nothing executable."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write


def save_tensors(path: Path, tensors: dict[str, Tensor], meta: dict[str, str]) -> None:
    """Write named tensors and metadata to ``path`` (temporary file, then renamed)."""
    data = save({k: v.contiguous() for k, v in tensors.items()}, metadata=meta)
    with atomic_write(path) as temporary:
        temporary.write_bytes(_sorted_header(data))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Named tensors and metadata of a safetensors file. Raises LegoError when it is missing or damaged."""
    if not path.is_file():
        raise LegoError(f"no file {path}", "check the path", ExitCode.MISSING)
    try:
        with safe_open(path, framework="pt") as file:
            return {k: file.get_tensor(k) for k in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise LegoError(f"{path} cannot be read: {error}", "the file is damaged; make or fetch it again") from error


def _sorted_header(data: bytes) -> bytes:
    """The same file with the metadata keys in order: safetensors writes them in a random one."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header.get("__metadata__", {}).items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + size :]
