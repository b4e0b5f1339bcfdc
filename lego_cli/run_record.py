"""``FILE.run.json``, the record beside every result: what ran, on what, with which options, and how it went."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import sys
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


def record_place(result: Path) -> Path:
    """Where the record of a result lies: ``a.glb`` and ``a.obj`` have one each."""
    return result.with_name(f"{result.name}.run.json")


def run_record(source: Path, stylized: Stylized, options: StylizeOptions, registry: Registry) -> dict[str, Any]:
    """Everything needed to tell how a result came about, and to make it again."""
    encoded = stylized.encoded
    expression = zip(ARKIT, encoded.code.expression, strict=True)
    return {
        **common_record(options, registry),
        "input": file_record(source),
        "metrics": {k: round(v, 4) for k, v in stylized.metrics.items()},
        "seconds": {k: round(v, 3) for k, v in stylized.seconds.items()},
        "input_frame": {"unit": encoded.unit, "up": encoded.up, "parts_left_out": encoded.parts_left_out},
        "canonical_to_input": encoded.transform.as_dict(),
        "expression": {name: round(float(v), 3) for name, v in expression if v > 0.005},
        **({"roles": stylized.roles} if stylized.roles else {}),
    }


def common_record(options: StylizeOptions | FinetuneOptions, registry: Registry) -> dict[str, Any]:
    """What every run has: command, options, versions, plugins."""
    return {
        "command": shlex.join(["lego", *sys.argv[1:]]),
        "options": asdict(options),
        "versions": {"lego": lego_cli.__version__, "python": platform.python_version(), **_library_versions()},
        "plugins": sorted({f"{e.owner.distribution} {e.owner.version}" for e in registry.entries()}),
        "deterministic": True,  # nothing in it is random
    }


def file_record(path: Path) -> dict[str, str]:
    """An input by name and content."""
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def write_record(record: dict[str, Any], path: Path) -> None:
    """Write a record as JSON."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _library_versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in LIBRARIES}
