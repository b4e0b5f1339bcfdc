"""The 52 ARKit actions on any head: carried by local frames, with lids that close and lips that seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT
from lego_cli.nn import LocalFrames
from lego_heads.cavity import MouthWalls
from lego_heads.gaze import SIDES, Gaze
from lego_heads.lids import Lids
from lego_heads.rings import boundary_loops, rings_around

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

BLINKS = tuple(ARKIT.index(f"eyeBlink{side.title()}") for side in SIDES)
RIGID = ("teeth_upper", "teeth_lower")  # parts that take one frame as a whole
JAW = tuple(ARKIT.index(name) for name in ("jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose"))
OPENERS = tuple(ARKIT.index(name) for name in ("jawOpen", "mouthClose"))
ROOM = 1.15  # the chin may come down by the height of the neck in front, divided by this; babies have little neck
LEAST_OPENING = 0.55  # share of the jaw's way that is left on the shortest neck
PARTING = tuple(
    k for k, name in enumerate(ARKIT)
    if name.startswith(("mouthFunnel", "mouthPucker", "mouthSmile", "mouthLowerDown", "mouthUpperUp", "tongueOut"))
)  # fmt: skip
PRESSING = tuple(k for k, name in enumerate(ARKIT) if name.startswith(("jawOpen", "mouthPress")))
PARTED = 0.15  # how much of an action that parts the lips leaves them to themselves
INNER_LIPS = 3  # rings of the lips that face into the mouth
CHUNK = 64  # heads posed at a time


CROWDING = tuple(
    tuple(ARKIT.index(f"{name}{side.title()}") for name in ("eyeSquint", "cheekSquint", "mouthSmile")) for side in SIDES
)
CROWDED = 1.3  # squint + cheek squint + half the smile: beyond this the three push the cheek into the eye


class Expressions:
    """Poses heads of one topology. Built once for a head model; everything in it is fixed on the mean head."""

    def __init__(
        self,
        mean: Floats,
        actions: Floats,
        skin: Ints,
        parts: Mapping[str, Ints],
        landmarks: Mapping[str, Ints],
        mirror: Ints,
    ) -> None:
        """``mean (V, 3)`` metres, ``actions (52, V, 3)`` of the source, ``skin (F, 4)`` faces."""
        self.gaze = Gaze(mean, actions, parts)
        self.moving = np.flatnonzero(np.abs(actions).max((0, 2)) > 0)
        self.frames = LocalFrames(mean, parts["skin"], self.moving)
        place = np.full(len(mean), -1)
        place[self.moving] = np.arange(len(self.moving))
        self.rigid = [place[np.intersect1d(parts[name], self.moving)] for name in RIGID]
        self.raw = np.array(actions[:, self.moving], np.float32)
        for eye in self.gaze.eyes:
            self.raw[:, place[eye]] = 0.0
        self.chin, neck = int(landmarks["chin"][0]), landmarks["neck_loop"]
        self.chin_moving = int(place[self.chin])
        self.throat = neck[np.argsort(mean[neck, 2])[-5:]]
        self.jaw = _jaw_share(actions[ARKIT.index("jawOpen"), self.moving])
        mouth = next(loop for loop in boundary_loops(skin) if len(loop) == 38)
        lips = np.concatenate(rings_around(skin, mouth, INNER_LIPS))
        self.walls = MouthWalls(mean, skin, parts["mouth_bag"], lips)
        self.lids = [
            Lids(mean, skin, mirror, parts[f"eye_{side}"], parts[f"lashes_{side}"], side == "left") for side in SIDES
        ]

    def posed(self, neutral: Floats, expression: Floats) -> Floats:
        """Heads ``(B, V, 3)`` with expressions ``(B, 52)``, 0..1: ``(B, V, 3)`` float32."""
        heads = np.asarray(neutral, np.float32)
        values = np.clip(np.asarray(expression, np.float32), 0.0, 1.0)
        chunks = range(0, len(heads), CHUNK)
        return np.concatenate([self._pose(heads[k : k + CHUNK], values[k : k + CHUNK]) for k in chunks])

    def seat(self, heads: Floats, neutral: Floats) -> None:
        """Changed heads ``(B, V, 3)`` with their lids over their eyeballs and their mouths inside, in place."""
        for lids in self.lids:
            lids.seat(heads, neutral)
        self.walls.hold(heads, neutral)

    def _pose(self, neutral: Floats, values: Floats) -> Floats:
        values = tempered(values)
        frames = self._head_frames(neutral)
        values[:, OPENERS] *= self._jaw_room(frames, neutral)[:, None]
        blink = values[:, BLINKS]
        others = values.copy()
        others[:, BLINKS] = 0.0
        heads = neutral + self._carried(frames, others, neutral.shape)
        for lids, index, amount in zip(self.lids, BLINKS, blink.T, strict=True):
            lids.uncross(heads, neutral)
            if amount.any():
                alone = np.zeros_like(values)
                alone[:, index] = 1.0
                lids.close(heads, self._carried(frames, alone, neutral.shape), amount)
            lids.keep_outside(heads, neutral)
        self.walls.hold(heads, neutral)
        return self.gaze.turn(heads, neutral, values)

    def _head_frames(self, neutral: Floats) -> Floats:
        """Frames ``(B, 2, n, 3, 3)`` of the moving vertices: for all actions, and for those of the jaw.

        A jaw is one bone: its actions take the mean frame where they move most, or a lip would run into the chin.
        """
        frames = self.frames(neutral)
        for part in self.rigid:
            frames[:, part] = frames[:, part].mean(1, keepdims=True)
        share = self.jaw[:, None, None]
        bone = (share * frames).sum(1, keepdims=True) / share.sum()
        return np.stack([frames, frames + share * (bone - frames)], axis=1)

    def _jaw_room(self, frames: Floats, neutral: Floats) -> Floats:
        """``(B,)`` share of ``jawOpen`` that keeps the chin above the front end of the neck."""
        drop = -(frames[:, 1, self.chin_moving, 1] @ self.raw[ARKIT.index("jawOpen"), self.chin_moving])
        neck = neutral[:, self.chin, 1] - neutral[:, self.throat, 1].mean(1)
        return np.clip(neck / (ROOM * np.maximum(drop, 1e-6)), LEAST_OPENING, 1.0)

    def _carried(self, frames: Floats, values: Floats, shape: tuple[int, ...]) -> Floats:
        """``(B, V, 3)`` displacements of the source's actions in the frames of each head."""
        jaw = np.isin(np.arange(len(ARKIT)), JAW)
        full = np.zeros(shape, np.float32)
        for group, chosen in enumerate((~jaw, jaw)):
            if values[:, chosen].any():
                raw = np.tensordot(values[:, chosen], self.raw[chosen], 1)
                full[:, self.moving] += (frames[:, group] @ raw[..., None])[..., 0]
        return full


def lips_shut(values: Floats) -> Floats:
    """``(B,)`` 0..1: how far expressions ``(B, 52)`` keep the lips closed, as ``mouthClose`` does on an open jaw."""
    jaw, close = (values[:, k] for k in OPENERS)
    parting: Floats = np.abs(jaw - close) + values[:, PARTING].max(1)
    return np.clip(1.0 - parting / PARTED, 0.0, 1.0)


def _jaw_share(jaw_open: Floats) -> Floats:
    """(n,) float32, 0..1: how much each vertex goes with the jaw bone."""
    length = np.linalg.norm(jaw_open, axis=1)
    return np.clip(1.5 * length / length.max() - 0.25, 0.0, 1.0).astype(np.float32)


def tempered(values: Floats) -> Floats:
    """Expressions ``(B, 52)`` whose squints are held back where, with a smile, they would crush the lower lid."""
    result = values.copy()
    for squint, cheek, smile in CROWDING:
        total = values[:, squint] + values[:, cheek] + 0.5 * values[:, smile]
        result[:, [squint, cheek]] *= np.minimum(1.0, CROWDED / np.maximum(total, 1e-6))[:, None]
    return result
