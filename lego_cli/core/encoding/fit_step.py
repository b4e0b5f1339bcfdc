"""One closed-form step of a fit: pose, size, shape code and expression at once, from pairs of points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from lego_cli.core.geometry.similarity import Similarity

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.encoding.matching import Pairs

MM = 1000.0


@dataclass(frozen=True)
class State:
    """Where a fit stands."""

    placed: Similarity  # canonical frame to input
    shape: Floats  # (K,)
    expression: Floats  # (A,)


@dataclass(frozen=True)
class Anchors:
    """Places that certain head vertices should come to: landmarks. Canonical frame."""

    vertex: Ints  # (L,)
    point: Floats  # (L, 3)
    weight: Floats  # (L, 3)


@dataclass(frozen=True)
class Priors:
    """How strongly a step holds back."""

    shape: float  # per squared standard deviation
    modes: int  # how many of the shape code's entries may move
    data: float  # what all surface pairs weigh together, in independent points of 1 mm
    actions: Ints  # which actions may move; none for a neutral face
    expression: float = 3.0  # squared, per unit of an action
    sparse: float = 0.0  # absolute, per unit of an action


def step(
    fields: HeadFields,
    action_fields: Floats,
    state: State,
    vertices: Floats,
    pairs: Pairs,
    anchors: Anchors,
    priors: Priors,
) -> State:
    """Minimise point-to-plane distances, landmark distances and priors; ``vertices (S, 3)`` are the state's."""
    k, a = priors.modes, priors.actions
    modes, moves = fields.modes[..., :k], action_fields[..., a]
    weight = pairs.weight * (priors.data / max(pairs.weight.sum(), 1e-9))
    rows, goal = _plane_rows(modes, moves, vertices, pairs)
    more, more_goal = _anchor_rows(modes, moves, vertices, anchors)
    jacobian = np.concatenate([rows, more]) * np.sqrt(np.r_[weight, anchors.weight.reshape(-1)])[:, None]
    goal = np.concatenate([goal, more_goal]) * np.sqrt(np.r_[weight, anchors.weight.reshape(-1)])
    now = np.concatenate([np.zeros(7), state.shape[:k], state.expression[a]])
    goal = goal + jacobian @ now
    ridge = np.concatenate([np.full(7, 1e-6), np.full(k, priors.shape), np.full(len(a), priors.expression)])
    hessian = jacobian.T @ jacobian + np.diag(ridge)
    solution = _bounded(hessian, jacobian.T @ goal, 7 + k, priors.sparse)
    shape, expression = np.zeros_like(state.shape), np.zeros_like(state.expression)
    shape[:k], expression[a] = solution[7 : 7 + k], solution[7 + k :]
    return replace(state, placed=_moved(state.placed, solution[:7]), shape=shape, expression=expression)


def _plane_rows(modes: Floats, moves: Floats, vertices: Floats, pairs: Pairs) -> tuple[Floats, Floats]:
    """Millimetres that each unknown moves the paired vertices along the input's normal, and how far they should go."""
    n, x, v = pairs.normal, vertices[pairs.vertex], pairs.vertex
    pose = np.concatenate([n, np.cross(x, n), (n * x).sum(1, keepdims=True)], axis=1)
    along = sum(n[:, c, None] * modes[v, c] for c in range(3))
    acted = sum(n[:, c, None] * moves[v, c] for c in range(3))
    return MM * np.concatenate([pose, along, acted], axis=1), MM * (n * (pairs.point - x)).sum(1)


def _anchor_rows(modes: Floats, moves: Floats, vertices: Floats, anchors: Anchors) -> tuple[Floats, Floats]:
    x, v = vertices[anchors.vertex], anchors.vertex
    turn = np.stack([np.cross(x, axis) for axis in np.eye(3)], axis=1)  # d(omega x X)_c / d omega
    pose = np.concatenate([np.broadcast_to(np.eye(3), (len(v), 3, 3)), turn, x[..., None]], axis=2)
    rows = np.concatenate([pose, modes[v], moves[v]], axis=2)
    return MM * rows.reshape(-1, rows.shape[2]), MM * (anchors.point - x).reshape(-1)


def _bounded(hessian: Floats, gradient: Floats, free: int, sparse: float) -> Floats:
    """Minimise ``x'Hx/2 - g'x + sparse * sum(x[free:])`` with ``0 <= x[free:] <= 1`` and the rest unbounded."""
    factor = cho_factor(hessian[:free, :free])
    if free == len(hessian):
        return cho_solve(factor, gradient)
    across = hessian[:free, free:]
    inner = hessian[free:, free:] - across.T @ cho_solve(factor, across)
    wanted = gradient[free:] - sparse - across.T @ cho_solve(factor, gradient[:free])
    root = cholesky(inner, lower=True)
    bounded = np.clip(nnls(root.T, solve_triangular(root, wanted, lower=True))[0], 0, 1)
    return np.concatenate([cho_solve(factor, gradient[:free] - across @ bounded), bounded])


def _moved(placed: Similarity, change: Floats) -> Similarity:
    """Undo on the pose what the step did to the head: a small motion in the canonical frame."""
    turn = Rotation.from_rotvec(change[3:6]).as_matrix()
    return placed.after(Similarity(1 + float(change[6]), turn, change[:3]))
