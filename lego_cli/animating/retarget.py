"""Performances of one rig played on another, and how much of the motion arrives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lego_cli import assets
from lego_cli.api import ARKIT, LinearRig, Rig, ShapeRig
from lego_cli.errors import LegoError
from lego_cli.user.rigs import refuse_absent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lego_cli.api import Floats, Track
    from lego_cli.registry import Registry

LOST = 0.5  # of the motion of a control that is missing when nothing can stand for it
USED = 0.02  # how far a control must move in a take to be worth a word
STILL = 1e-5  # metres: less motion than this is none


@dataclass(frozen=True, eq=False)
class Residual:
    """What a retargeting loses. Distances are metres on the head model, rms over its vertices."""

    relative: float  # rms of what is missing against rms of the motion; 0 all arrives, 1 nothing does
    error: float  # rms over frames
    motion: float
    regions: Mapping[str, float]  # relative, by part of the face that moves
    frames: Floats  # (T,) error of each frame
    worst: int  # frame of the largest error
    lost: tuple[str, ...]  # controls that moved, and that the other rig has nothing for

    def as_dict(self, times: Floats) -> dict[str, Any]:
        """Plain numbers, millimetres and seconds, for a record."""
        return {
            "relative": round(self.relative, 4),
            "error_mm": round(1000 * self.error, 4),
            "motion_mm": round(1000 * self.motion, 4),
            "regions": {name: round(value, 4) for name, value in self.regions.items()},
            "worst_frame": self.worst,
            "worst_time": round(float(times[self.worst]), 4),
            "worst_error_mm": round(1000 * float(self.frames[self.worst]), 4),
            "lost": list(self.lost),
        }


def to_arkit(track: Track, registry: Registry) -> Track:
    """The track in the 52 ARKit actions, 0 to 1; what was cut off or lost is in its notes.

    Raises LegoError for an unknown rig, or one that needs something first.
    """
    return arkit_fit(track, registry)[0]


def arkit_fit(track: Track, registry: Registry) -> tuple[Track, Residual | None]:
    """:func:`to_arkit`, and for rigs that are solved for, what was lost."""
    import numpy as np

    refuse_absent(track.rig, registry)
    rig = registry.get("rigs", track.rig)
    if isinstance(rig, ShapeRig) and not isinstance(rig, Rig):
        from lego_cli.animating.shape_retarget import shapes_to_arkit

        return shapes_to_arkit(track, rig, registry)
    values, notes = np.clip(track.values, 0.0, 1.0), list(track.notes)
    beyond = int((np.abs(track.values - values).max(1, initial=0.0) > 1e-3).sum())
    if beyond:
        notes.append(f"{beyond} frames have values outside 0..1, which were cut off")
    actions = _played(rig, _known(track, rig), values)
    return replace(track, rig="arkit", controls=ARKIT, values=actions, notes=tuple(notes)), None


def retarget(track: Track, rig: str, registry: Registry) -> tuple[Track, Residual]:
    """The track played by the controls of another rig, so that the head model's mesh comes as near as it can.

    Least squares within the bounds of the controls, for each frame alone: rest stays rest exactly. Rigs whose
    controls are single actions take them over as they are. Raises LegoError for an unknown rig.
    """
    import numpy as np

    from lego_cli.core.motion.action_metric import action_metric

    refuse_absent(rig, registry)
    refuse_absent(track.rig, registry)
    name = registry.reached_as(registry.find("rigs", rig))
    target = registry.get("rigs", rig)
    if registry.find("rigs", track.rig) == registry.find("rigs", rig):
        still = np.zeros((len(track.times), len(ARKIT)))
        return track, residual_of(still, still, (), action_metric(assets.head_model(registry)))
    source, first = arkit_fit(track, registry)
    if isinstance(target, ShapeRig) and not isinstance(target, Rig):
        from lego_cli.animating.shape_retarget import arkit_to_shapes

        made, residual = arkit_to_shapes(source, name, target, registry)
    else:
        made, residual = _to_mixes(source, name, target, registry)
    return made, residual if first is None else _both(first, residual)


def _both(first: Residual, second: Residual) -> Residual:
    """What two steps lose, one after the other, as if they had nothing to do with each other."""
    import numpy as np

    frames = np.hypot(first.frames, second.frames)
    error = float(np.sqrt((frames**2).mean()))
    regions = {name: float(np.hypot(share, second.regions.get(name, 0.0))) for name, share in first.regions.items()}
    relative = error / first.motion if first.motion > STILL else 0.0
    lost = (*first.lost, *second.lost)
    return Residual(relative, error, first.motion, regions, frames, int(frames.argmax()), lost)


def residual_of(wanted: Floats, made: Floats, lost: tuple[str, ...], metric: Any) -> Residual:
    """What separates expressions ``made (T, 52)`` from those that were ``wanted``."""
    import numpy as np

    def rms(values: Floats) -> float:
        return float(np.sqrt((np.asarray(values) ** 2).mean()))

    frames = metric.lengths(wanted - made)
    motion = rms(metric.lengths(wanted))
    regions = {}
    for region in metric.regions:
        moved = rms(metric.lengths(wanted, region))
        if moved > STILL:
            regions[region] = rms(metric.lengths(wanted - made, region)) / moved
    relative = rms(frames) / motion if motion > STILL else 0.0
    return Residual(relative, rms(frames), motion, regions, frames, int(frames.argmax()), lost)


def mixes_of(rig: Rig) -> Floats:
    """``(C, 52)`` what each control does at full strength."""
    import numpy as np

    if isinstance(rig, LinearRig):
        return np.asarray(rig.matrix, np.float64)
    rows = [rig.expression({control: 1.0}) for control in rig.controls]
    return np.array([[row.get(action, 0.0) for action in ARKIT] for row in rows])


def solved(values: Floats, mixes: Floats, metric: Floats, bounds: Floats | None = None) -> Floats:
    """``(T, C)`` controls, 0 to 1 unless ``bounds (C, 2)`` say otherwise, whose mixes come nearest to ``values``."""
    import numpy as np

    from lego_cli.core.motion.bounded_fit import bounded_fit

    direct = _taken_over(values, mixes) if bounds is None else None
    if direct is not None:
        return direct
    bounds = np.tile([0.0, 1.0], (len(mixes), 1)) if bounds is None else bounds
    return bounded_fit(mixes @ metric @ mixes.T, values @ metric @ mixes.T, bounds)


def _to_mixes(source: Track, name: str, rig: Rig, registry: Registry) -> tuple[Track, Residual]:
    import numpy as np

    from lego_cli.core.motion.action_metric import action_metric

    metric, mixes = action_metric(assets.head_model(registry)), mixes_of(rig)
    values = solved(source.values, mixes, metric.solving)
    made = replace(source, rig=name, controls=tuple(rig.controls), values=values)
    if not isinstance(rig, LinearRig):
        made = replace(made, notes=(*made.notes, f"rig '{name}' is not linear: solved with its mixes at full strength"))
    alone = np.eye(len(ARKIT))
    missing = metric.lengths(alone - solved(alone, mixes, metric.solving) @ mixes) / metric.lengths(alone)
    used = source.values.max(0, initial=0.0) > USED
    lost = tuple(a for a, m, u in zip(ARKIT, missing, used, strict=True) if u and m > LOST)
    return made, residual_of(source.values, _played(rig, made.controls, values), lost, metric)


def _taken_over(values: Floats, mixes: Floats) -> Floats | None:
    """Controls by name alone, where each is one action or none and no action has two; None for other rigs."""
    import numpy as np

    used = mixes > 0
    if (used.sum(1) > 1).any() or (used.sum(0) > 1).any() or (mixes < 0).any():
        return None
    made = np.zeros((len(values), len(mixes)))
    rows, actions = np.nonzero(used)
    made[:, rows] = np.clip(values[:, actions] / mixes[rows, actions], 0, 1)
    return made


def _known(track: Track, rig: Rig) -> tuple[str, ...]:
    strange = [name for name in track.controls if name not in rig.controls]
    if strange:
        raise LegoError(f"rig '{rig.name}' has no control '{strange[0]}'", f"see `lego rigs show {rig.name}`")
    return track.controls


def _played(rig: Rig, controls: tuple[str, ...], values: Floats) -> Floats:
    """``(T, 52)`` actions, 0 to 1, of ``controls`` with ``values (T, C)``."""
    import numpy as np

    if not isinstance(rig, LinearRig):
        return _row_by_row(rig, controls, values)
    return np.clip(values @ np.asarray(rig.matrix)[[rig.controls.index(name) for name in controls]], 0.0, 1.0)


def _row_by_row(rig: Rig, controls: tuple[str, ...], values: Floats) -> Floats:
    """``(T, 52)`` of a rig that can only be asked; every distinct row once."""
    import numpy as np

    rows, place = np.unique(values.round(6), axis=0, return_inverse=True)
    codes = [rig.expression({c: float(v) for c, v in zip(controls, row, strict=True) if v}) for row in rows]
    table = np.array([[code.get(action, 0.0) for action in ARKIT] for code in codes]).reshape(len(rows), len(ARKIT))
    return np.clip(table, 0.0, 1.0)[place.reshape(-1)]
