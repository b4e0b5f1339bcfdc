"""What a glTF file says about a rig beside its targets: our notes, the node that turns the head, and eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Corrective
from lego_cli.mesh.gltf_clips import HeadNode
from lego_cli.mesh.gltf_container import GltfContainer, is_count
from lego_cli.mesh.gltf_nodes import children_of, local_matrix, node_matrices, own_note

if TYPE_CHECKING:
    from lego_cli.api import Floats

UNSTYLED = "unstyled"


@dataclass(frozen=True, eq=False)
class RigNotes:
    """What our writer noted in the scene; empty for files of others."""

    ours: bool = False
    name: str = ""
    licence: str = ""
    controls: tuple[str, ...] = ()
    correctives: tuple[Corrective, ...] = ()
    mixes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    pivot: Floats | None = None  # (3,)

    def sorted_names(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Corrective, ...], bool]:
        """Names of shapes as controls, correctives, and whether one is the head without its style.

        What the notes do not know, because it was added since, is a control; what was deleted since is gone.
        """
        given = set(names)
        plain = self.ours and UNSTYLED in given and UNSTYLED not in self.controls
        fixed = {c.name for c in self.correctives} | ({UNSTYLED} if plain else set())
        controls = dict.fromkeys(name for name in self.controls if name in given and name not in fixed)
        controls |= dict.fromkeys(name for name in names if name not in fixed)
        present = [c for c in self.correctives if c.name in given]
        whole = [set(c.controls) <= controls.keys() for c in present]
        known = tuple(c for c, is_whole in zip(present, whole, strict=True) if is_whole)
        lost = [c.name for c, is_whole in zip(present, whole, strict=True) if not is_whole]
        return (*controls, *lost), known, plain


def read_notes(container: GltfContainer) -> RigNotes:
    """The notes of the scene. Whatever is not as our writer writes it raises an error of Python's."""
    licence = str(container.tree["asset"].get("copyright", ""))
    scenes = container.items("scenes")
    shown = container.tree.get("scene", 0)
    note = own_note(scenes[shown]) if is_count(shown) and shown < len(scenes) else None
    if not isinstance(note, dict) or "controls" not in note:
        return RigNotes(licence=licence)
    correctives = tuple(Corrective(str(c["name"]), _names(c["controls"], (1, 2))) for c in note.get("correctives", []))
    mixes = {str(k): {str(c): float(v) for c, v in mix.items()} for k, mix in note.get("mixes", {}).items()}
    pivot = np.array(note["pivot"], dtype=np.float64) if "pivot" in note else None
    if pivot is not None and (pivot.shape != (3,) or not (np.abs(pivot) < 1e9).all()):
        raise ValueError("its pivot is no point")
    if not all(np.isfinite(value) for mix in mixes.values() for value in mix.values()):
        raise ValueError("a mix has values that are no numbers")
    return RigNotes(True, _root_name(container), licence, _names(note["controls"]), correctives, mixes, pivot)


def at_home(container: GltfContainer, notes: RigNotes) -> tuple[GltfContainer, Floats | None]:
    """The scene with our head back in its own frame, and the placement ``(4, 4)`` that it had."""
    nodes = list(container.items("nodes"))
    root = _root(container)
    if not notes.ours or root is None:
        return container, None
    placement = local_matrix(container.name, nodes[root])
    moved = {key: value for key, value in nodes[root].items() if key not in ("matrix", *_TRS)}
    nodes[root] = moved
    home = container.with_nodes(nodes)
    head = _noted(home, "head")
    if notes.pivot is not None and head is not None:  # a body lifts the head
        moved["translation"] = (notes.pivot - node_matrices(home)[head][:3, 3]).tolist()
    return home, None if np.allclose(placement, np.eye(4), rtol=0, atol=1e-12) else placement


def head_node(container: GltfContainer, matrices: list[Floats]) -> HeadNode | None:
    """The node that our writer, a VRM file or its name says to be the head's; a mesh of that name is none."""
    nodes = container.items("nodes")
    found = _noted(container, "head")
    found = _vrm_head(container) if found is None else found
    if found is None:
        named = (i for i, node in enumerate(nodes) if _last_word(node) == "head" and "mesh" not in node)
        found = next(named, None)
    if found is None:
        return None
    parents = [index for index, node in enumerate(nodes) if found in children_of(node)]
    parent = matrices[parents[0]] if parents else np.eye(4)
    return HeadNode(found, parent, local_matrix(container.name, nodes[found]))


def eye_centres(container: GltfContainer, matrices: list[Floats]) -> dict[str, Floats]:
    """Groups that are eyeballs and what they turn about, as our writer noted them."""
    nodes = container.items("nodes")
    centres = {}
    for index, node in enumerate(nodes):
        if own_note(node) == "eye":
            for child in children_of(node):
                note = own_note(container.item("nodes", child))
                if isinstance(note, dict) and note.get("group"):
                    centres[str(note["group"])] = matrices[index][:3, 3].copy()
    return centres


def preset_mixes(container: GltfContainer, targets: Mapping[int, tuple[str, ...]]) -> dict[str, dict[str, float]]:
    """The presets of a VRM 1.0 file as mixes ``vrm:NAME`` of its shapes; ``targets`` are their names at each node."""
    vrm = _vrm(container)
    presets = ((vrm or {}).get("expressions") or {}).get("preset") or {}
    mixes: dict[str, dict[str, float]] = {}
    for name, expression in presets.items():
        mix = mixes.setdefault(f"vrm:{name}", {})
        for bind in expression.get("morphTargetBinds") or ():
            names, index, weight = targets.get(bind["node"], ()), bind["index"], float(bind.get("weight", 1.0))
            if is_count(index) and index < len(names) and 0 <= weight <= 1:
                mix[names[index]] = weight
    return mixes


_TRS = ("translation", "rotation", "scale")


def _names(values: Any, counts: tuple[int, int] = (0, 1 << 16)) -> tuple[str, ...]:
    least, most = counts
    if not isinstance(values, list) or not least <= len(values) <= most or not all(isinstance(v, str) for v in values):
        raise ValueError("its notes on shapes have no names where there should be some")
    return tuple(dict.fromkeys(values))


def _noted(container: GltfContainer, word: str) -> int | None:
    return next((i for i, node in enumerate(container.items("nodes")) if own_note(node) == word), None)


def _root(container: GltfContainer) -> int | None:
    return _noted(container, "root")


def _root_name(container: GltfContainer) -> str:
    root = _root(container)
    return "" if root is None else str(container.items("nodes")[root].get("name", ""))


def _vrm(container: GltfContainer) -> dict[str, Any] | None:
    extensions = container.tree.get("extensions")
    vrm = extensions.get("VRMC_vrm") if isinstance(extensions, dict) else None
    return vrm if isinstance(vrm, dict) else None


def _vrm_head(container: GltfContainer) -> int | None:
    vrm = _vrm(container)
    index = vrm["humanoid"]["humanBones"]["head"]["node"] if vrm else None
    return index if is_count(index) and index < len(container.items("nodes")) else None


def _last_word(node: dict[str, Any]) -> str:
    return str(node.get("name", "")).replace("|", ":").rpartition(":")[2].strip().casefold()
