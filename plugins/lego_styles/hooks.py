"""Styles that come with lego: each an authored recipe, and the style file learned from its one exemplar."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path

from lego_cli.api import Register, StyleSource, hookimpl

DATA = Path(__file__).with_name("data")
STYLES = {
    "pixar": ("Pixar", "big open eyes, a small soft nose, round cheeks, a small chin"),
    "elf": ("Elf", "long ears swept back, upturned almond eyes, high cheekbones, a narrow chin"),
    "ogre": ("Ogre", "heavy brow, broad flat nose, underbite jaw, small deep eyes, thick neck"),
    "caricature": ("Caricature", "exaggerates what sets a face apart from the mean; big features on a thin neck"),
}


def source(name: str) -> StyleSource:
    """A style of this package by name: its recipe and where its learned file lies."""
    recipe = getattr(import_module(f"lego_styles.{name}"), STYLES[name][0])
    return StyleSource(name, DATA / f"{name}.lego", recipe())


@hookimpl
def register_styles(register: Register) -> None:
    """Four styles to begin with."""
    for name, (_, summary) in STYLES.items():
        register(name, partial(source, name), summary)
