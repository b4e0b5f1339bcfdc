"""Reads the baked head file into plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import read_arrays
from lego_heads.repairs import Repairs

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

GRID = 1e-4  # metres: the step of MakeHuman's target files
BASE_GRID = 1e-5  # metres: the step of its base mesh
DEFAULT = Path(__file__).parent / "data" / "head.npz"


@dataclass(frozen=True)
class HeadFile:
    """What the baked file holds, as it was in its source: metres, nothing repaired."""

    base: Floats  # (V, 3) base mesh
    macro: Floats  # (M, 3) different macro shapes, (M, V, 3)
    macro_index: Ints  # shape of each macro target that is not a newborn one
    sliders: Floats  # (348, V, 3) float32
    slider_names: tuple[str, ...]
    actions: Floats  # (52, V, 3) float32
    faces: Ints  # (F, 4)
    face_part: Ints  # (F,)
    face_uv: Ints  # (F, 4)
    uv: Floats  # (T, 2)
    part_names: tuple[str, ...]
    parts: dict[str, Ints]
    mirror: Ints  # (V,)
    base_index: Ints  # (V,) vertex of the MakeHuman base mesh
    landmarks: dict[str, Ints]
    repairs: Repairs


def read_head(path: Path = DEFAULT) -> HeadFile:
    """Read a baked head file; raises LegoError when it is missing or damaged."""
    a = read_arrays(path, "the head model", "reinstall lego")
    count = len(a["base"])
    names = tuple(a["part_name"].tolist())
    return HeadFile(
        base=a["base"] * BASE_GRID,
        macro=a["macro"].astype(np.float32) * np.float32(GRID),
        macro_index=a["macro_index"].astype(np.int64),
        sliders=_dense(a, "slider", count),
        slider_names=tuple(a["slider_name"].tolist()),
        actions=_dense(a, "action", count),
        faces=a["face"].astype(np.int64),
        face_part=a["face_part"].astype(np.int64),
        face_uv=a["face_uv"].astype(np.int64),
        uv=a["uv"],
        part_names=names,
        parts={name: np.flatnonzero(a["part_of"] == k) for k, name in enumerate(names)},
        mirror=a["mirror"].astype(np.int64),
        base_index=a["base_index"].astype(np.int64),
        landmarks=_runs(a["landmark_name"].tolist(), a["landmark_start"], a["landmark_vertex"]),
        repairs=Repairs(a, count),
    )


def _dense(arrays: dict[str, NDArray[Any]], name: str, count: int) -> Floats:
    start = arrays[f"{name}_start"].astype(np.int64)
    shape = np.repeat(np.arange(len(start) - 1), np.diff(start))
    full = np.zeros((len(start) - 1, count, 3), np.float32)
    full[shape, arrays[f"{name}_vertex"]] = arrays[f"{name}_step"] * np.float32(GRID)
    return full


def _runs(names: list[str], start: NDArray[Any], values: NDArray[Any]) -> dict[str, Ints]:
    bounds = start.astype(np.int64)
    return {n: values[a:b].astype(np.int64) for n, a, b in zip(names, bounds[:-1], bounds[1:], strict=True)}
