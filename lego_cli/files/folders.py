"""The user's folders: styles, topologies, rigs and models."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """Folder of the user's styles and topologies; ``LEGO_HOME`` moves it, and everything below, elsewhere."""
    return _home() or Path(platformdirs.user_data_dir("lego", appauthor=False))


def styles_folder() -> Path:
    """Folder of the styles that the user made or added."""
    return data_folder() / "styles"


def topologies_folder() -> Path:
    """Folder of the topologies that the user made or added."""
    return data_folder() / "topologies"


def cache_folder() -> Path:
    """Folder of what can be had again at any time."""
    return _home() or Path(platformdirs.user_cache_dir("lego", appauthor=False))


def models_folder() -> Path:
    """Folder of files that can be had again: downloaded or converted models."""
    return cache_folder() / "models"


def _home() -> Path | None:
    home = os.environ.get("LEGO_HOME")
    return Path(home).expanduser().absolute() if home else None
