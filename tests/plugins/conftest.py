"""A recording as Live Link Face makes it, and the plugins that ship with lego."""

from __future__ import annotations

from pathlib import Path

import pytest
from drivers_expected import FPS, FRAMES
from performances import live_link_csv

from lego_cli.plugins import load_plugins
from lego_cli.registry import Registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins(third_party=False).registry


@pytest.fixture
def csv(tmp_path) -> Path:
    return live_link_csv(tmp_path / "take.csv", FRAMES / FPS)
