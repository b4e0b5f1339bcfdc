"""Bounded least squares for whole performances: many right-hand sides, one small Gram matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lego_cli.api import Floats, Ints

RIDGE = 1e-10  # of the mean diagonal: what makes twins share a value instead of trading it
WARM_STEPS = 40  # of FISTA, which finds most bounds that hold
NEWTON_STEPS = 12
HALVINGS = 8
CHUNK = 64  # frames solved at a time: what fits near the processor
PRECISION = 1e-8  # of the gradient that points into the box, in units of the mean diagonal
CLOSE = 1e-8  # of the range of a control: nearer to a bound is on it


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
        b, unsolved = _newton(g, c[part], low, high, _fista(g, c[part], low, high))
        for row in unsolved:
            b[row] = _one_by_one(g, c[start + row], low, high)
        result[part] = b
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


def _newton(g: Floats, c: Floats, low: Floats, high: Floats, b: Floats) -> tuple[Floats, Ints]:
    """Refined ``b (T, C)``, and the rows that are not there yet: those whose bounds get in each other's way."""
    b = b.copy()
    todo = np.arange(len(b))
    near = CLOSE * (high - low)
    for _ in range(NEWTON_STEPS):
        gradient = b[todo] @ g - c[todo]
        unsolved = np.abs(b[todo] - np.clip(b[todo] - gradient, low, high)).max(1) > PRECISION
        todo, gradient = todo[unsolved], gradient[unsolved]
        if not len(todo):
            return b, todo
        x, wanted = b[todo], c[todo]
        at_low, at_high = x <= low + near, x >= high - near
        held = (at_low & (gradient > 0)) | (at_high & (gradient < 0))
        way = _free_step(g, gradient, held)
        blocked = (at_low & (way < 0)) | (at_high & (way > 0))
        if blocked.any():  # who stands at a bound must not be asked to go through it
            way = _free_step(g, gradient, held | blocked)
        b[todo] = _descended(g, wanted, low, high, x, way)
    return b, todo


def _one_by_one(g: Floats, c: Floats, low: Floats, high: Floats) -> Floats:
    """One row by an active-set method that adds and drops one bound at a time (Stark and Parker 1995)."""
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import lsq_linear

    root = cholesky(g, lower=True)
    found: Floats = lsq_linear(root.T, solve_triangular(root, c, lower=True), (low, high), "bvls", tol=1e-14).x
    return found


def _free_step(g: Floats, gradient: Floats, held: NDArray[np.bool_]) -> Floats:
    """``(T, C)`` Newton step in the controls that are not held."""
    free = ~held
    matrix = g * (free[:, :, None] & free[:, None, :])
    matrix += held[:, :, None] * np.eye(len(g))
    step: Floats = np.linalg.solve(matrix, np.where(free, -gradient, 0.0)[:, :, None])[:, :, 0]
    return step


def _descended(g: Floats, c: Floats, low: Floats, high: Floats, x: Floats, way: Floats) -> Floats:
    """The farthest of some steps, clipped, that goes down, or the old place.

    Last of all comes the step to the first bound on the way, which goes down for certain.
    """
    value = _value(g, c, x)
    new, best = x.copy(), np.zeros(len(x), bool)
    steps: list[Any] = [*(0.5**k for k in range(HALVINGS)), _to_first_bound(low, high, x, way)]
    for step in steps:
        tried = np.clip(x + step * way, low, high)
        better = ~best & (_value(g, c, tried) < value)
        new[better] = tried[better]
        best |= better
        if best.all():
            break
    return new


def _to_first_bound(low: Floats, high: Floats, x: Floats, way: Floats) -> Floats:
    """``(T, 1)`` the share of the way at which the first control meets its bound."""
    room = np.where(way < 0, x - low, high - x)
    share: Floats = np.min(room / np.maximum(np.abs(way), 1e-300), axis=1, keepdims=True, initial=1.0)
    return share


def _value(g: Floats, c: Floats, x: Floats) -> Floats:
    value: Floats = ((0.5 * (x @ g) - c) * x).sum(1)
    return value
