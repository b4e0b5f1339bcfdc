"""``make test-blender``: where Blender's Python is, and the heads of the format tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "formats"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--blender", help="Python of an environment that has bpy")


@dataclass(frozen=True)
class Seen:
    """What Blender made of a file, and the file that it wrote of it."""

    objects: dict[str, Any]
    clips: dict[str, Any]
    arrays: dict[str, np.ndarray]
    again: Path


@pytest.fixture(scope="session")
def blender(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Seen]:
    """Import a file in Blender and export it as GLB."""
    import json

    python = request.config.getoption("--blender")
    assert python, "say where bpy is: --blender .venv-blender/bin/python"

    def run(source: Path) -> Seen:
        folder = tmp_path_factory.mktemp("blender")
        facts, again = folder / "facts.npz", folder / "again.glb"
        command = [python, str(HERE / "import_file.py"), str(source), str(facts), str(again)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        with np.load(facts) as file:
            arrays = {name: file[name] for name in file.files if name != "facts"}
            told = json.loads(str(file["facts"]))
        return Seen(told["objects"], told["clips"], arrays, again)

    return run
