"""Rigs, performances, and heads that can be animated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from lego_cli.api.mesh import Mesh

if TYPE_CHECKING:
    from lego_cli.api.mesh import Floats

ARKIT: tuple[str, ...] = tuple(
    """browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft
    cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight
    eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft
    eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft
    mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight
    mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft
    mouthSmileRight mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft
    noseSneerRight tongueOut""".split()
)
"""The 52 ARKit blend-shape names, in alphabetical order; the order of every ``(..., 52)`` expression code."""


@runtime_checkable
class Rig(Protocol):
    """Named controls that make expressions."""

    name: str
    controls: tuple[str, ...]

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """Control values to ARKit action values (names of :data:`ARKIT`)."""
        ...


@runtime_checkable
class LinearRig(Rig, Protocol):
    """A rig whose every control adds fixed amounts of ARKit actions, so that whole tracks are one product."""

    matrix: Floats  # (C, 52)


@runtime_checkable
class ShapeRig(Protocol):
    """Controls known only by what they do to a mesh of their own, as FLAME's are. Solved for, not looked up."""

    name: str
    controls: tuple[str, ...]
    bounds: Floats  # (C, 2) least and most of each control
    mesh: Mesh  # all controls at zero; any unit

    def posed(self, values: Floats) -> Floats:
        """Control values ``(T, C)`` to vertices ``(T, V, 3)`` in the unit of ``mesh``."""
        ...


class RigImporter(Protocol):
    """Makes a rig of a file or folder that only the user may have: ``lego rigs add NAME PATH``."""

    name: str
    rig_name: str  # what its rig is called when the user gives no name

    def convert(self, path: Path) -> dict[str, Any]:
        """Named arrays that are all of the rig, none of them of objects. Raises ``LegoError`` for other files."""
        ...

    def rig(self, name: str, arrays: Mapping[str, Any]) -> Rig | ShapeRig:
        """The rig of such arrays, under the user's name for it."""
        ...


@dataclass(frozen=True, eq=False)
class Track:
    """A performance: the controls of one rig over time. Values are as the file had them, in the rig's own names."""

    rig: str  # name of the rig whose controls these are
    controls: tuple[str, ...]
    values: Floats  # (T, C)
    times: Floats  # (T,) seconds from 0, rising
    head: Floats | None = None  # (T, 3) radians: yaw to the subject's left, pitch down, roll about +Z; see `Clip`
    notes: tuple[str, ...] = ()  # what the reader left out or mended, one line each


class Driver(Protocol):
    """Reads performances from files of one kind."""

    name: str
    suffixes: tuple[str, ...]  # with the dot, lower case

    def recognises(self, path: Path, start: bytes) -> bool:
        """Whether a file of one of the suffixes is of this kind, by its first 64 kB."""
        ...

    def read(self, path: Path) -> Track:
        """The performance. Raises ``LegoError`` for what is damaged; mends and notes what can be mended."""
        ...


@dataclass(frozen=True)
class Corrective:
    """A shape that comes in by itself: with the product of two controls, or half-way through a single one.

    The weight is ``a * b`` of two controls, and ``4 v (1 - v)`` of one.
    """

    name: str
    controls: tuple[str, ...]  # one or two names

    def weight(self, values: Mapping[str, Any]) -> Any:
        """Its weight where controls have ``values``, numbers or arrays of one shape."""
        if len(self.controls) == 1:
            value = values[self.controls[0]]
            return 4 * value * (1 - value)
        first, second = (values[name] for name in self.controls)
        return first * second


@dataclass(frozen=True, eq=False)
class Clip:
    """An animation of a rigged head.

    The head turns by ``R = Ry(yaw) Rx(pitch) Rz(roll)`` about the pivot: +yaw to the subject's left, +pitch down.
    """

    name: str
    times: Floats  # (T,) seconds from 0, rising
    values: Floats  # (T, C) of the head's controls
    head: Floats | None = None  # (T, 3) yaw, pitch, roll, radians


@dataclass(frozen=True, eq=False)
class RiggedHead:
    """A head with shapes, ready for a file that tools animate. Canonical frame: metres, +Y up, +Z out of the face.

    ``vertices = mesh.vertices + values @ shapes + correctives' weights @ corrective_shapes``.
    """

    name: str
    mesh: Mesh  # neutral; groups are the parts
    controls: tuple[str, ...]  # names of the shapes
    shapes: Floats  # (C, V, 3) float32 displacements
    correctives: tuple[Corrective, ...] = ()
    corrective_shapes: Floats | None = None  # (K, V, 3) float32
    pose: Floats | None = None  # (C,) how the controls are set when the file is opened; None: all at 0
    plain: Floats | None = None  # (V, 3) the same head without the style
    eyes: Mapping[str, Floats] = field(default_factory=dict)  # group name -> centre (3,) that the eyeball turns about
    pivot: tuple[float, float, float] = (0.0, -0.09, -0.03)  # what the head turns about, about the top of the neck
    mixes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # "happy", "vrm:aa" -> control values
    clips: tuple[Clip, ...] = ()
    placement: Floats | None = None  # (4, 4) from the canonical frame to where the input stood; None: stay there
    licence: str = ""

    def posed(self, values: Floats) -> Floats:
        """Control values ``(T, C)`` to vertices ``(T, V, 3)``, correctives included."""
        import numpy as np

        weights = self.all_weights(values)
        total = np.broadcast_to(self.mesh.vertices, (len(weights), *self.mesh.vertices.shape)).copy()
        for weight, shape in zip(weights.T, self.all_shapes().values(), strict=True):
            used = np.flatnonzero(weight)
            if len(used):
                total[used] += weight[used, None, None] * shape
        return total

    def all_shapes(self) -> dict[str, Floats]:
        """Shapes by name in the order that files have them: controls, correctives, then ``unstyled``."""
        named = dict(zip(self.controls, self.shapes, strict=True))
        if self.corrective_shapes is not None:
            named |= {c.name: shape for c, shape in zip(self.correctives, self.corrective_shapes, strict=True)}
        if self.plain is not None:
            named["unstyled"] = (self.plain - self.mesh.vertices).astype("float32")
        return named

    def all_weights(self, values: Floats) -> Floats:
        """Control values ``(T, C)`` to weights ``(T, S)`` of :meth:`all_shapes`."""
        import numpy as np

        columns = dict(zip(self.controls, np.asarray(values, np.float64).T, strict=True))
        weights = [*columns.values(), *(corrective.weight(columns) for corrective in self.correctives)]
        if self.plain is not None:
            weights.append(np.zeros(len(values)))
        return np.stack(weights, axis=1)
