"""Where the weights of a CLIP model lie on this machine; nothing is ever downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lego_cli.api import ExitCode, LegoError

MODEL, WEIGHTS = "LEGO_CLIP_MODEL", "LEGO_CLIP_WEIGHTS"
DEFAULT, PREFERRED = "ViT-B-32", "laion2b"  # the model, and how the tags begin that are proposed first
SUFFIXES = (".safetensors", ".pt")
FOLDER_FILES = ("open_clip_config.json", "open_clip_model.safetensors")
HUB_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


@dataclass(frozen=True)
class ClipWeights:
    """A file of weights and what open_clip has to know to use it, or a folder that says so itself."""

    model: str
    path: Path
    settings: dict[str, Any] = field(default_factory=dict)  # of the tag that the weights were published under


def find_weights() -> ClipWeights:
    """The weights that the environment names, else those in the models folder, else those in open_clip's own cache.

    Raises LegoError (exit code 3) when there are none.
    """
    model = os.environ.get(MODEL) or DEFAULT
    named = os.environ.get(WEIGHTS)
    if named:
        return ClipWeights(model, _checked(Path(named).expanduser()))
    for suffix in SUFFIXES:
        path = models_folder() / f"{model}{suffix}"
        if path.is_file():
            return ClipWeights(model, path)
    for found in _cached(model):
        return found
    raise LegoError(f"no weights of CLIP's {model} on this machine", _how_to_get(model), ExitCode.MISSING)


def models_folder() -> Path:
    """Folder for weights fetched by hand: ``models/clip`` of the user's cache folder, or of ``LEGO_HOME``."""
    import platformdirs

    home = os.environ.get("LEGO_HOME")
    whole = Path(home).expanduser() if home else Path(platformdirs.user_cache_dir("lego", appauthor=False))
    return whole / "models" / "clip"


def _checked(path: Path) -> Path:
    if path.is_file() or all((path / name).is_file() for name in FOLDER_FILES):
        return path
    hint = f"give a file ({' or '.join(SUFFIXES)}), or a folder with {' and '.join(FOLDER_FILES)}"
    raise LegoError(f"{WEIGHTS} names {path}, which holds no weights", hint, ExitCode.MISSING)


def _cached(model: str) -> Iterator[ClipWeights]:
    """What open_clip has fetched earlier, in its order of tags."""
    import open_clip

    for tag in open_clip.list_pretrained_tags_by_model(model):
        published = open_clip.get_pretrained_cfg(model, tag)
        path = _hub_file(published.get("hf_hub") or "") or _url_file(published.get("url") or "")
        if path:
            yield ClipWeights(model, path, published)


def _hub_file(place: str) -> Path | None:
    """``organisation/name/file`` in the cache of huggingface_hub, without asking the network."""
    if not place:
        return None
    from huggingface_hub import try_to_load_from_cache

    repository, _, name = place.rpartition("/")
    for candidate in (name,) if name else HUB_FILES:
        found = try_to_load_from_cache(repository, candidate)
        if isinstance(found, str):
            return Path(found)
    return None


def _url_file(url: str) -> Path | None:
    path = Path.home() / ".cache" / "clip" / url.rpartition("/")[2]
    return path if url and path.is_file() else None


def _how_to_get(model: str) -> str:
    """Which file to fetch by hand and where to put it."""
    import open_clip

    tags = open_clip.list_pretrained_tags_by_model(model)
    if not tags:
        return f"set {WEIGHTS} to a file of weights; open_clip publishes none of that name ({MODEL} chooses another)"
    tag = next((t for t in reversed(tags) if t.startswith(PREFERRED)), tags[0])
    place, _, name = (open_clip.get_pretrained_cfg(model, tag).get("hf_hub") or "").rpartition("/")
    source = f"{name or HUB_FILES[0]} of https://huggingface.co/{place}" if place else "the weights"
    kept = models_folder() / f"{model}{SUFFIXES[0]}"
    return f"download {source} (tag {tag}) and set {WEIGHTS} to the file, or put it at {kept}"
