"""Performances of rigs that are known by their shapes alone, from and to ARKit: solved for on a person's own skin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli import assets
from lego_cli.animating.retarget import LOST, STILL, USED, Residual
from lego_cli.api import ARKIT
from lego_cli.core.motion.bounded_fit import bounded_fit
from lego_cli.core.motion.carried_motion import CarriedRig, carried_rig, products, squares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lego_cli.api import Floats, ShapeRig, Track
    from lego_cli.registry import Registry

CALM = 1e-4  # of the mean action: how much reason it takes to use one that hardly shows on the skin
SPARE = 1e-3  # of the typical motion: what an action must explain to be used at all; keeps opposites from both pulling
CALM_SHAPES = 1e-3  # the same for controls of foreign rigs, of which there are many alike
_carried: dict[int, CarriedRig] = {}  # by the rig's identity: understanding its mesh takes seconds


def shapes_to_arkit(track: Track, rig: ShapeRig, registry: Registry) -> tuple[Track, Residual]:
    """A track of a shape rig in ARKit actions of the person that its mesh is, and what they cannot say."""
    carried = understood(rig, registry)
    gram = products(carried.actions, carried.actions, carried.weights)
    calm = gram + CALM * np.trace(gram) / len(gram) * np.eye(len(gram))
    spare = SPARE * np.sqrt(np.diag(gram) * np.trace(gram) / len(gram))
    tally = _Tally(carried)
    values = []
    for motion in carried.motions(_full(track, rig)):
        linear = products(motion, carried.actions, carried.weights)
        values.append(bounded_fit(calm, linear - spare, np.tile([0.0, 1.0], (len(gram), 1))))
        tally.add(motion, np.tensordot(values[-1], carried.actions, 1))
    lost = _lost_controls(track, rig, carried, calm)
    residual = tally.residual(lost)
    note = f"{residual.relative:.1%} of the motion of rig '{track.rig}' cannot be said in ARKit actions"
    made = replace(track, rig="arkit", controls=ARKIT, values=np.concatenate(values), notes=(*track.notes, note))
    return made, residual


def arkit_to_shapes(source: Track, name: str, rig: ShapeRig, registry: Registry) -> tuple[Track, Residual]:
    """A track in ARKit actions played by the controls of a shape rig on its own mesh."""
    carried = understood(rig, registry)
    shapes = carried.shapes()
    gram = products(shapes, shapes, carried.weights)
    calm = gram + CALM_SHAPES * np.diag(np.maximum(np.diag(gram), 1e-6 * np.diag(gram).max()))
    cross = products(carried.actions, shapes, carried.weights)
    values = bounded_fit(calm, source.values @ cross, rig.bounds)
    tally, start = _Tally(carried), 0
    for motion in carried.motions(values):
        wanted = np.tensordot(source.values[start : start + len(motion)], carried.actions, 1)
        tally.add(wanted, motion)
        start += len(motion)
    alone = bounded_fit(calm, cross, rig.bounds)
    own = squares(carried.actions, carried.weights)
    missing = own - 2 * (alone * cross).sum(1) + np.einsum("ac,cd,ad->a", alone, gram, alone)
    used = source.values.max(0, initial=0.0) > USED
    shares = np.sqrt(np.maximum(missing, 0) / np.maximum(own, STILL**2))
    lost = tuple(a for a, m, u in zip(ARKIT, shares, used, strict=True) if u and m > LOST)
    return replace(source, rig=name, controls=tuple(rig.controls), values=values), tally.residual(lost)


def understood(rig: ShapeRig, registry: Registry) -> CarriedRig:
    """The rig's mesh as a head; made once for each rig."""
    key = id(rig)
    if key not in _carried or _carried[key].rig is not rig:
        _carried[key] = carried_rig(rig, assets.stylist(registry))
    return _carried[key]


class _Tally:
    """Sums over frames of what was wanted, and of what was missing, on the whole head and in its regions."""

    def __init__(self, carried: CarriedRig) -> None:
        self.names = tuple(carried.regions)
        rows = np.stack([carried.weights, *carried.regions.values()])
        self.shares = (rows / np.maximum(rows.sum(1, keepdims=True), 1e-9)).T
        self.wanted: list[Floats] = []
        self.missing: list[Floats] = []

    def add(self, wanted: Floats, made: Floats) -> None:
        """Count displacements ``(t, S, 3)``."""
        self.wanted.append((wanted**2).sum(2) @ self.shares)
        self.missing.append(((wanted - made) ** 2).sum(2) @ self.shares)

    def residual(self, lost: Iterable[str]) -> Residual:
        """All of it as figures."""
        wanted, missing = np.concatenate(self.wanted), np.concatenate(self.missing)
        motion, error = np.sqrt(wanted.mean(0)), np.sqrt(missing.mean(0))
        share = np.where(motion > STILL, error / np.maximum(motion, STILL), 0.0).tolist()
        regions = {name: share[k] for k, name in enumerate(self.names, 1) if motion[k] > STILL}
        frames = np.sqrt(missing[:, 0])
        return Residual(share[0], float(error[0]), float(motion[0]), regions, frames, int(frames.argmax()), tuple(lost))


def _full(track: Track, rig: ShapeRig) -> Floats:
    """``(T, C)`` all controls of the rig; those that the track lacks rest."""
    full: Any = np.zeros((len(track.times), len(rig.controls)))
    full[:, [rig.controls.index(control) for control in track.controls]] = track.values
    return full


def _lost_controls(track: Track, rig: ShapeRig, carried: CarriedRig, calm: Floats) -> list[str]:
    """Controls that move in the track, and that no actions come near to."""
    shapes = carried.shapes()
    least = USED * (rig.bounds[:, 1] - rig.bounds[:, 0])
    reach = np.abs(_full(track, rig)).max(0, initial=0.0)
    sign = np.sign(_full(track, rig).sum(0)) + (_full(track, rig).sum(0) == 0)
    moved = shapes * (sign * np.maximum(reach, 1e-9))[:, None, None]
    linear = products(moved, carried.actions, carried.weights)
    values = bounded_fit(calm, linear, np.tile([0.0, 1.0], (len(calm), 1)))
    rest = moved - np.tensordot(values, carried.actions, 1)
    own = np.sqrt(squares(moved, carried.weights))
    share = np.sqrt(squares(rest, carried.weights)) / np.maximum(own, 1e-12)
    bad = (reach > least) & (own > STILL) & (share > LOST)
    return [control for control, b in zip(rig.controls, bad, strict=True) if b]
