"""What would break for who builds the topologies anew: other files than those that ship, points that crowd."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lego_topologies.archive import write_topology
from lego_topologies.build import MAKERS, main, topology_of
from lego_topologies.scatter import scattered
from lego_topologies.shelf import DATA


@pytest.mark.parametrize("name", ["head", "mask", pytest.param("looped", marks=pytest.mark.slow)])
def test_rebuilding_gives_the_same_bytes(name, tmp_path, source):
    write_topology(topology_of(name, MAKERS[name](source), source), tmp_path / f"{name}.npz")
    assert (tmp_path / f"{name}.npz").read_bytes() == (DATA / f"{name}.npz").read_bytes()


def test_the_build_command_writes_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["build", "-o", str(tmp_path), "head"])
    main()
    assert capsys.readouterr().out.startswith("head: 4956 vertices, ")
    assert [path.name for path in tmp_path.iterdir()] == ["head.npz"]


@pytest.mark.slow
def test_points_scattered_anew_are_even_symmetric_and_depend_on_the_seed(source):
    one, two, other = (scattered(source.smooth_skin, source.sides, 3000, seed) for seed in (7, 7, 8))
    rest, points = one.positions(source.rest), one.positions(source.template)
    assert len(points) == 3000
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    assert np.percentile(nearest, 1) > 0.55 * np.median(nearest)
    assert np.percentile(nearest, 99) < 1.5 * np.median(nearest)
    assert cKDTree(points).query(points * [-1, 1, 1])[0].max() < 1e-9
    np.testing.assert_array_equal(rest, two.positions(source.rest))
    assert cKDTree(rest).query(other.positions(source.rest))[0].mean() > 0.0005
