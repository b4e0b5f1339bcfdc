"""Symmetric positive sparse systems, solved directly."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from lego_cli.api import Floats


def symmetric_solver(matrix: Any) -> Callable[[Floats], Floats]:
    """What solves ``matrix @ x = right (N, k)``; the matrix is sparse, symmetric and positive definite."""
    factors = splu(
        matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )  # on surfaces eight times as fast as without the symmetry
    return lambda right: np.asarray(factors.solve(np.asarray(right, np.float64)))


def solve_symmetric(matrix: Any, right: Floats) -> Floats:
    """``x (N, k)`` of ``matrix @ x = right (N, k)``, as :func:`symmetric_solver`."""
    return symmetric_solver(matrix)(right)
