"""A real head with shapes, made once; what node says of a file, where node and its packages are there."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rigged_heads

from lego_cli.api import RiggedHead

REMARKS = ("UNUSED_OBJECT", "NODE_EMPTY", "UNSUPPORTED_EXTENSION")  # UVs without a picture, bones, VRM
WEB = Path(__file__).parents[1] / "web"


@pytest.fixture(scope="session")
def real() -> RiggedHead:
    """A stylised head of the head model."""
    return rigged_heads.real_head()


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Run a script of ``tests/web``: ``node("validate_gltf.mjs", file, ask=...)`` gives the JSON that it prints."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed: the official glTF validator and three.js were not asked")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("tests/web/node_modules is missing: run `npm ci --prefix tests/web`")

    def run(script: str, *files: Path, ask: Any = None) -> Any:
        command = [program, str(WEB / script), *map(str, files)]
        done = subprocess.run(command, input=json.dumps(ask), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


@pytest.fixture
def valid(node: Callable[..., Any]) -> Callable[[Path], dict[str, Any]]:
    """The official validator's report on a GLB, which must have no error, no warning and no hint."""

    def check(path: Path) -> dict[str, Any]:
        report = node("validate_gltf.mjs", path)[0]
        faults = [m for m in report["issues"]["messages"] if m["severity"] != 2 or m["code"] not in REMARKS]
        assert not faults, faults[:5]
        return report

    return check
