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
    "disney": ("Disney", "large bright eyes set wide, a tiny upturned nose, full cheeks, a slender jaw and neck"),
    "baby": ("Baby", "a big round head on a small face: large low eyes, a button nose, full cheeks, hardly a chin"),
    "chibi": ("Chibi", "a doll: huge tall eyes, next to no nose, a tiny mouth, a large round cranium"),
    "statue": ("Statue", "idealised: even clean planes, a straight nose from the brow, calm lids, a firm chin"),
    "orc": ("Orc", "a low slanted brow, a flat upturned snout, a jutting lower jaw, pointed ears"),
    "zombie": ("Zombie", "gaunt: sunken eyes and temples, hollow cheeks, a thin nose, drawn lips"),
    "joker": ("Joker", "a long bony face, a wide grin drawn into the cheeks, a pointed chin and nose"),
    "cat": ("Cat", "a cat's ears, slanted eyes set wide, a short broad muzzle with a small flat nose"),
}


def source(name: str) -> StyleSource:
    """A style of this package by name: its recipe and where its learned file lies."""
    recipe = getattr(import_module(f"lego_styles.{name}"), STYLES[name][0])
    return StyleSource(name, DATA / f"{name}.lego", recipe())


@hookimpl
def register_styles(register: Register) -> None:
    """The gallery."""
    for name, (_, summary) in STYLES.items():
        register(name, partial(source, name), summary)


@hookimpl
def register_style_families(register: Register) -> None:
    """Random styles made of the same parts as the gallery."""
    register("authored", "lego_styles.family:AuthoredFamily", "random aims, eyes, ears and surfaces")
