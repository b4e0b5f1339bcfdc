"""What all tests share: one thread, a home of their own, and third-party plugins in a temporary environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # before anything imports torch
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
THIRD_PARTIES = (
    ROOT / "examples/lego_plugin_example",
    *(ROOT / "tests/data/plugins" / name for name in ("lego_broken", "lego_misspelt", "lego_clash")),
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the folders of whoever runs it."""
    monkeypatch.setenv("LEGO_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("LEGO_PLUGINS", raising=False)


@pytest.fixture(scope="session")
def third_party_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example plugin and three bad ones, built and installed by pip into a folder for ``PYTHONPATH``."""
    sources, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("third_party")
    copies = [shutil.copytree(source, sources / source.name) for source in THIRD_PARTIES]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), *map(str, copies)], check=True, timeout=300)
    return target


@pytest.fixture(scope="session")
def lego(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run ``lego`` in a process of its own, in an empty folder: ``lego("plugins", "list", path=..., NAME=...)``."""
    empty = tmp_path_factory.mktemp("empty")

    def run(*arguments: str, path: Path | str = "", cwd: Path | None = None, **environment: str):
        env = {**os.environ, "PYTHONPATH": str(path), "LEGO_HOME": str(empty / "home"), "COLUMNS": "100", **environment}
        command = [sys.executable, "-c", "from lego_cli.cli.main import main; main()", *arguments]
        where = cwd or empty
        return subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=where, timeout=120)

    return run
