"""``FILE.run.json``, the record beside every result: what ran, on what, with which options, and how it went."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lego_cli
from lego_cli.api import ARKIT
from lego_cli.files.atomic import atomic_write

if TYPE_CHECKING:
    from lego_cli.core.training_options import FinetuneOptions
    from lego_cli.registry import Registry
    from lego_cli.stylizing.stylizer import Stylized, StylizeOptions

LIBRARIES = ("torch", "numpy", "scipy", "trimesh")


def run_record(
    source: Path, stylized: Stylized, options: StylizeOptions, registry: Registry, result: Path
) -> dict[str, Any]:
    """Everything needed to tell how the mesh in ``result`` came about, and to make it again."""
    encoded = stylized.encoded
    expression = zip(ARKIT, encoded.code.expression, strict=True)
    return {
        **common_record(options, registry, [result]),
        "input": file_record(source),
        "metrics": {k: round(v, 4) for k, v in stylized.metrics.items()},
        "seconds": {k: round(v, 3) for k, v in stylized.seconds.items()},
        "input_frame": {"unit": encoded.unit, "up": encoded.up, "parts_left_out": encoded.parts_left_out},
        "canonical_to_input": encoded.transform.as_dict(),
        "expression": {name: round(float(v), 3) for name, v in expression if v > 0.005},
        **({"roles": stylized.roles} if stylized.roles else {}),
    }


def common_record(
    options: StylizeOptions | FinetuneOptions, registry: Registry, results: Sequence[Path], threads: int = 1
) -> dict[str, Any]:
    """What every run has: the results that it is about, command, options, versions, plugins.

    ``threads`` is how many did the work: with as many, on a machine like this, the same command gives the same bytes.
    """
    return {
        "results": [file_record(path) for path in results],
        "command": shlex.join(["lego", *sys.argv[1:]]),
        "options": asdict(options),
        "versions": {"lego": lego_cli.__version__, "python": platform.python_version(), **_library_versions()},
        "plugins": sorted({f"{e.owner.distribution} {e.owner.version}" for e in registry.entries()}),
        "deterministic": True,  # nothing in it is random
        "threads": threads,
    }


def file_record(path: Path) -> dict[str, str]:
    """A file, or a folder of frames, by name and content."""
    return {"path": str(path), "sha256": digest(path)}


def digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, of the digests of the frames in it, in order of their names."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = sorted(file for file in path.glob("[0-9]*.png") if file.is_file())  # others may be the user's, and large
    return hashlib.sha256("".join(f"{file.name} {digest(file)}\n" for file in files).encode()).hexdigest()


def write_record(record: dict[str, Any], path: Path) -> None:
    """Write a record as JSON."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _library_versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in LIBRARIES}
