"""Which mutators fit a file, by how its name ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from random import Random

from . import archive, json_tree, mat, npy, pickle_codes, picture, plain, scene, text

Mutator = Callable[[bytes, Random], bytes]
STRUCTURED = 0.65  # of all changes know the format, where there is a mutator that does


def inner(name: str, data: bytes, dice: Random) -> bytes:
    """One change to the content of a file of that name."""
    fitting = MUTATORS.get(PurePath(name.lower()).suffix, ())
    if fitting and dice.random() < STRUCTURED:
        try:
            return dice.choice(fitting)(data, dice)
        except Exception:
            pass
    return dice.choice(plain.ALL)(data, dice)


_ZIP = archive.members(inner)
MUTATORS: dict[str, tuple[Mutator, ...]] = {
    **{suffix: text.for_suffix(suffix) for suffix in (".obj", ".mtl", ".ply", ".off", ".stl", ".toml", ".csv")},
    ".json": (json_tree.tree,),
    ".gltf": (json_tree.tree,),
    ".jsonl": (json_tree.lines,),
    ".glb": (scene.glb,),
    ".vrm": (scene.glb,),
    ".npz": (_ZIP, _ZIP, archive.lied),
    ".lego": (_ZIP, _ZIP, _ZIP, archive.lied),
    ".pt": (_ZIP, _ZIP, archive.lied),
    ".npy": (npy.npy,),
    ".pkl": (pickle_codes.codes,),
    ".mat": (mat.elements,),
    ".png": (picture.png,),
    ".safetensors": (archive.safetensors(json_tree.tree),),
}
