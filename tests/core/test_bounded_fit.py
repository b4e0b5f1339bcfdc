"""Bounded least squares: as exact as scipy, for all frames at once, and better than cutting off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from lego_cli.core.motion.bounded_fit import bounded_fit


def problem(seed: int, controls: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Controls that overlap and differ in size, and motions that need values outside the bounds."""
    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(3 * controls, controls)) * rng.uniform(0.05, 1, controls)
    basis += 0.7 * basis[:, rng.permutation(controls)]
    return basis, basis @ rng.uniform(-0.6, 1.6, (controls, frames)) + rng.normal(size=(3 * controls, frames))


def fitted(basis: np.ndarray, wanted: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    bounds = np.tile([low, high], (basis.shape[1], 1))
    return bounded_fit(basis.T @ basis, (basis.T @ wanted).T, bounds)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 24), st.sampled_from([(0.0, 1.0), (-3.0, 3.0), (0.0, 0.1)]))
def test_it_agrees_with_scipy(seed, controls, bounds):
    basis, wanted = problem(seed, controls, 5)
    ours = fitted(basis, wanted, *bounds)
    for row, motion in zip(ours, wanted.T, strict=True):
        np.testing.assert_allclose(row, lsq_linear(basis, motion, bounds, tol=1e-12).x, atol=1e-5)


@pytest.mark.parametrize("controls", [17, 52])
def test_it_beats_cutting_off_and_doing_nothing(controls):
    basis, wanted = problem(1, controls, 200)
    cut_off = np.clip(np.linalg.lstsq(basis, wanted, rcond=None)[0], 0, 1).T
    ours = fitted(basis, wanted)
    errors = [np.linalg.norm(wanted - basis @ b.T, axis=0) for b in (ours, cut_off, 0 * ours)]
    assert (errors[0] <= errors[1] + 1e-9).all()
    assert (errors[0] <= errors[2] + 1e-9).all()
    assert errors[0].mean() < 0.97 * errors[1].mean()


def test_rest_is_exactly_rest_and_what_is_within_reach_is_met():
    basis, _ = problem(2, 20, 1)
    assert not fitted(basis, np.zeros((60, 7))).any()
    values = np.random.default_rng(3).uniform(0, 1, (50, 20)) * (np.random.default_rng(4).uniform(size=(50, 20)) < 0.4)
    np.testing.assert_allclose(fitted(basis, basis @ values.T), values, atol=1e-6)


def test_twins_share_and_those_that_do_nothing_stay_at_rest():
    basis, _ = problem(5, 4, 1)
    doubled = np.hstack([basis, basis[:, :1], np.zeros((12, 1))])
    made = fitted(doubled, basis @ np.array([[0.8], [0.1], [0.3], [0.0]]))
    np.testing.assert_allclose(made, [[0.4, 0.1, 0.3, 0.0, 0.4, 0.0]], atol=1e-5)


def test_a_frame_does_not_depend_on_the_others():
    basis, wanted = problem(6, 12, 200)
    together = fitted(basis, wanted)
    np.testing.assert_allclose(fitted(basis, wanted[:, 77:78])[0], together[77], atol=1e-9)
