"""Bounded least squares for whole performances: many right-hand sides, one small Gram matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import Floats

RIDGE = 1e-10  # of the mean diagonal: what makes twins share a value instead of trading it
WARM_STEPS = 40  # of FISTA, which finds most bounds that hold
NEWTON_STEPS = 40
HALVINGS = 12
CHUNK = 64  # frames solved at a time: what fits near the processor
BLOCKS = 6  # rounds of finding who is blocked, in one step
PRECISION = 1e-14  # of the mean diagonal: less far down is there
CLOSE = 1e-9  # of the range of a control: nearer to a bound is on it


def bounded_fit(gram: Floats, linear: Floats, bounds: Floats) -> Floats:
    """``(T, C)`` that minimise ``b G b / 2 - c b`` for each row ``c`` of ``linear (T, C)``, within ``bounds (C, 2)``.

    ``gram (C, C)`` is positive semi-definite. FISTA (Beck and Teboulle 2009) from the value nearest to 0, then
    Newton steps on the controls that are free, projected onto the bounds (Bertsekas 1982), to machine precision.
    """
    size = float(np.trace(gram)) / max(len(gram), 1) or 1.0
    g = np.asarray(gram, np.float64) / size + RIDGE * np.eye(len(gram))
    c = np.asarray(linear, np.float64) / size
    low, high = np.asarray(bounds, np.float64).T
    result = np.empty_like(c)
    for start in range(0, len(c), CHUNK):
        part = slice(start, start + CHUNK)
        result[part] = _newton(g, c[part], low, high, _fista(g, c[part], low, high))
    return result


def _fista(g: Floats, c: Floats, low: Floats, high: Floats) -> Floats:
    step = 1.0 / max(float(np.linalg.eigvalsh(g)[-1]), 1e-30)
    b = np.clip(np.zeros_like(c), low, high)
    ahead, momentum = b, 1.0
    for _ in range(WARM_STEPS):
        new = np.clip(ahead - step * (ahead @ g - c), low, high)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - b)
        b, momentum = new, following
    return b


def _newton(g: Floats, c: Floats, low: Floats, high: Floats, b: Floats) -> Floats:
    b = b.copy()
    todo = np.arange(len(b))
    near = CLOSE * (high - low)
    for _ in range(NEWTON_STEPS):
        x, wanted = b[todo], c[todo]
        gradient = x @ g - wanted
        at_low, at_high = x <= low + near, x >= high - near
        held = (at_low & (gradient > 0)) | (at_high & (gradient < 0))
        way = _free_step(g, gradient, held)
        for _ in range(BLOCKS):  # who stands at a bound must not be asked to go through it
            blocked = (at_low & (way < 0)) | (at_high & (way > 0))
            if not blocked.any():
                break
            held |= blocked
            way = _free_step(g, gradient, held)
        b[todo], gain = _descended(g, wanted, low, high, x, way)
        todo = todo[gain > PRECISION]
        if not len(todo):
            break
    return b


def _free_step(g: Floats, gradient: Floats, held: NDArray[np.bool_]) -> Floats:
    """``(T, C)`` Newton step in the controls that are not held."""
    free = ~held
    matrix = g * (free[:, :, None] & free[:, None, :])
    matrix += held[:, :, None] * np.eye(len(g))
    step: Floats = np.linalg.solve(matrix, np.where(free, -gradient, 0.0)[:, :, None])[:, :, 0]
    return step


def _descended(g: Floats, c: Floats, low: Floats, high: Floats, x: Floats, way: Floats) -> tuple[Floats, Floats]:
    """The farthest of the halved steps, clipped, that goes down, or the old place; and how far down that is."""
    value = _value(g, c, x)
    new, best, gain = x.copy(), np.zeros(len(x), bool), np.zeros(len(x))
    for k in range(HALVINGS):
        tried = np.clip(x + 0.5**k * way, low, high)
        down = value - _value(g, c, tried)
        better = ~best & (down >= 0)
        new[better], gain[better] = tried[better], down[better]
        best |= better
        if best.all():
            break
    return new, gain


def _value(g: Floats, c: Floats, x: Floats) -> Floats:
    value: Floats = ((0.5 * (x @ g) - c) * x).sum(1)
    return value
