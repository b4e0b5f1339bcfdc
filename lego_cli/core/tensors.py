"""Tensors on disk: safetensors with a flat table of text beside them, nothing executable."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from lego_cli.errors import ExitCode, LegoError
from lego_cli.files.atomic import atomic_write

MOST_HEADER = 4 << 20  # bytes of the list of tensors; ours have a few kilobytes
MOST_BYTES = 1 << 30  # of a file; LeGO's hyper-network at full size takes 600 MB


def save_tensors(path: Path, tensors: dict[str, Tensor], meta: dict[str, str]) -> None:
    """Write named tensors and metadata to ``path`` (temporary file, then renamed)."""
    data = save({k: v.contiguous() for k, v in tensors.items()}, metadata=meta)
    with atomic_write(path) as temporary:
        temporary.write_bytes(_sorted_header(data))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Named tensors and metadata of a safetensors file. Raises LegoError when it is missing, damaged or too large."""
    if not path.is_file():
        raise LegoError(f"no file {path}", "check the path", ExitCode.MISSING)
    try:
        with path.open("rb") as start:
            header = int.from_bytes(start.read(8), "little")
        if header > MOST_HEADER or path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large")
        with safe_open(path, framework="pt") as file:
            return {k: file.get_tensor(k) for k in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
        raise LegoError(f"{path} cannot be read: {error}", "the file is damaged; make or fetch it again") from error


def _sorted_header(data: bytes) -> bytes:
    """The same file with the metadata keys in order: safetensors writes them in a random one."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header.get("__metadata__", {}).items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + size :]
