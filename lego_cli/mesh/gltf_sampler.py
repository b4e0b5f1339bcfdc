"""Values of glTF animation samplers between their keys (appendix C)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError
from lego_cli.mesh.gltf_accessor import read_accessor
from lego_cli.mesh.gltf_container import GltfContainer
from lego_cli.mesh.limits import ReadLimits

if TYPE_CHECKING:
    from lego_cli.api import Floats

_DAMAGED = "the file is damaged or was cut short: export the scene again"
_INTERPOLATIONS = ("LINEAR", "STEP", "CUBICSPLINE")


@dataclass(frozen=True, eq=False)
class Keys:
    """Keyframes of one channel. ``values`` are (K, W), of cubic splines (K, 3, W): in-tangent, value, out-tangent."""

    times: Floats  # (K,) seconds, rising
    values: Floats
    interpolation: str

    def columns(self, chosen: list[int]) -> Keys:
        """The keyframes of some of the W numbers alone."""
        return Keys(self.times, self.values[..., chosen], self.interpolation)

    def at(self, times: Floats, turning: bool = False) -> Floats:
        """``(T, W)`` values at ``times``, held before the first key and after the last; ``turning`` for quaternions."""
        last = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 1)
        following = np.minimum(last + 1, len(self.times) - 1)
        length = np.maximum(self.times[following] - self.times[last], 1e-12)
        share = np.clip((times - self.times[last]) / length, 0.0, 1.0)[:, None]
        if self.interpolation == "STEP":
            return self.values[last]
        if self.interpolation == "CUBICSPLINE":
            made = _cubic(self.values[last], self.values[following], share, length[:, None])
            return _unit(made) if turning else made
        if turning:
            return _slerp(self.values[last], self.values[following], share)
        return self.values[last] + share * (self.values[following] - self.values[last])


def read_keys(container: GltfContainer, sampler: dict[str, Any], width: int, limits: ReadLimits) -> Keys:
    """The keyframes of a sampler whose values are ``width`` numbers each. Raises :class:`LegoError`."""
    most = limits.max_shape_numbers
    times = read_accessor(container, sampler["input"], (1,), most)[:, 0].astype(np.float64)
    interpolation = sampler.get("interpolation", "LINEAR")
    if interpolation not in _INTERPOLATIONS:
        raise LegoError(f"{container.name}: an animation is interpolated by {str(interpolation)[:20]!r}", _DAMAGED)
    values = read_accessor(container, sampler["output"], (1, 4), most).astype(np.float64).reshape(-1)
    cubic = interpolation == "CUBICSPLINE"
    if len(values) != len(times) * width * (3 if cubic else 1) or not len(times):
        raise LegoError(f"{container.name}: an animation has another number of values than of keys", _DAMAGED)
    if not (np.isfinite(values).all() and np.isfinite(times).all() and times[0] >= 0 and (np.diff(times) > 0).all()):
        raise LegoError(f"{container.name}: an animation has times that do not rise, or values that are none", _DAMAGED)
    return Keys(times, values.reshape((-1, 3, width) if cubic else (-1, width)), interpolation)


def _cubic(before: Floats, after: Floats, t: Floats, length: Floats) -> Floats:
    square, cube = t * t, t * t * t
    return (
        (2 * cube - 3 * square + 1) * before[:, 1]
        + length * (cube - 2 * square + t) * before[:, 2]
        + (3 * square - 2 * cube) * after[:, 1]
        + length * (cube - square) * after[:, 0]
    )


def _slerp(before: Floats, after: Floats, t: Floats) -> Floats:
    before, after = _unit(before), _unit(after)
    cosine = (before * after).sum(axis=1, keepdims=True)
    after, cosine = np.where(cosine < 0, -after, after), np.abs(cosine)
    angle = np.arccos(np.clip(cosine, 0.0, 1.0))
    sine = np.maximum(np.sin(angle), 1e-12)
    near = angle < 1e-6
    first = np.where(near, 1 - t, np.sin((1 - t) * angle) / sine)
    second = np.where(near, t, np.sin(t * angle) / sine)
    return _unit(first * before + second * after)


def _unit(values: Floats) -> Floats:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12)
