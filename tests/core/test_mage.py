"""The learned encoder: what it may not notice, what it must, and that its training is what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lego_cli.api import LegoError
from lego_cli.assets import data_file, mage
from lego_cli.core.encoding.casting import Casting
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.encoding.mage import Mage, MageSizes, load_mage, save_mage
from lego_cli.core.encoding.mage_encoder import mage_alignments, mage_states
from lego_cli.core.encoding.scans import Scanner
from lego_cli.core.encoding.train_mage import train_mage
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.geometry.visible import OuterSurface
from lego_cli.core.training_options import TrainMageOptions
from lego_topologies import shelf

pytestmark = pytest.mark.slow

UNSEEN = 930_001  # a seed that training does not come near
TINY = MageSizes(marks=30, hidden=8, stages=2, point_width=8, point_blocks=1)
QUICK = TrainMageOptions(steps=4, point_steps=4, batch=4, samples=300, point_samples=32, seed=5)


@pytest.fixture(scope="module")
def fields(stylist):
    return head_fields(stylist)


@pytest.fixture(scope="module")
def casting(stylist) -> Casting:
    return Casting(stylist, [shelf.load("simplified")])


@pytest.fixture(scope="module")
def person(head) -> np.ndarray:
    return head.neutral(head.sample(1, "adult", UNSEEN))[0].astype(np.float64)


@pytest.fixture(scope="module")
def surface(fields, person) -> OuterSurface:
    """Samples of somebody's skin, canonical frame, none from where nobody could see it."""
    scan = Scanner(fields, [])._skin(person, Scanner(fields, []).meshings[0], 24_000, np.random.default_rng(0))
    return OuterSurface(scan.points, scan.normals, np.ones(len(scan.points), dtype=bool), 1, 0)


def answer(surface: OuterSurface, fields):
    """Pose and code by MAGE alone."""
    return mage_states(surface, fields, mage(), mage_alignments(surface, mage(), 1))[0]


def test_any_orientation_unit_and_place_give_the_same_code(surface, fields):
    plain = answer(surface, fields)
    for k in range(12):
        turn = Rotation.random(random_state=k).as_matrix()
        moved = surface.moved(1000.0 * surface.points @ turn.T + 5.0 * k, surface.normals @ turn.T)
        found = answer(moved, fields)
        apart = (found.placed.apply(fields.mean) - 5.0 * k) @ turn / 1000.0 - plain.placed.apply(fields.mean)
        assert np.abs(apart).max() < 0.004, f"turn {k}: metres between the two alignments"
        assert np.linalg.norm(found.shape - plain.shape) < 0.1 * np.linalg.norm(plain.shape)


def test_the_order_of_samples_means_little(surface, fields):
    order = np.random.default_rng(1).permutation(len(surface.points))
    mixed = surface.moved(surface.points[order], surface.normals[order])
    plain, found = answer(surface, fields), answer(mixed, fields)
    assert np.linalg.norm(found.shape - plain.shape) < 0.1 * np.linalg.norm(plain.shape)


def test_places_that_are_uncertain_are_not_believed(surface, fields):
    """Nearly half of the samples are hair that the network takes for a forehead, and says that it does not know."""
    truth = Similarity(10.0, Rotation.random(random_state=3).as_matrix(), np.array([1.0, -2.0, 3.0]))
    moved = surface.moved(truth.apply(surface.points), truth.apply_directions(surface.normals))
    unsure = surface.points[:, 1] > np.quantile(surface.points[:, 1], 0.55)
    places = surface.points + np.where(unsure[:, None], [0.0, 0.0, 0.03], 0.0)

    class Unsure:
        def points(self, unitless, normals):
            index = np.linspace(0, len(places) - 1, unitless.shape[1]).astype(np.int64)
            error = np.where(unsure[index], -1.0, -4.0)
            return tuple(torch.from_numpy(x).float().expand(len(unitless), *x.shape) for x in (places[index], error))

    found = mage_alignments(moved, Unsure(), 1)[0].placed
    assert np.linalg.norm(found.inverse(moved.points) - surface.points, axis=1).mean() < 0.002


def test_it_knows_unseen_people(stylist, fields, surface, person):
    """The decoded code is much nearer to the truth, at every vertex, than the mean head put in its place."""
    found = answer(surface, fields)
    fitted = found.placed.apply(fields.posed(found.shape, found.expression))
    aligned = Scanner(fields, []).placed(person).apply(fields.mean)
    truth = person[stylist.skin]
    error, rival = (np.linalg.norm(x - truth, axis=1)[fields.front].mean() for x in (fitted, aligned))
    assert error < 0.6 * rival
    assert error < 0.0025


def test_the_weights_fit_into_the_package():
    assert data_file("mage.safetensors").stat().st_size < 15e6


def test_training_goes_on_to_the_same_bits(stylist, tmp_path, monkeypatch):
    monkeypatch.setattr("lego_cli.core.training_run.CHECKPOINT_EVERY", 2)
    topologies = [shelf.load("simplified")]
    whole = train_mage(stylist, topologies, QUICK, sizes=TINY)
    stop = tmp_path / "mage.checkpoint"

    def stops(stage: str, done: int, total: int, **figures: float) -> None:
        if "cascade" in stage and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_mage(stylist, topologies, QUICK, stop, stops, TINY)
    again = train_mage(stylist, topologies, QUICK, stop, sizes=TINY)
    other = train_mage(stylist, topologies, replace(QUICK, seed=6), sizes=TINY)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name
    assert not torch.equal(whole.points.last.weight, other.points.last.weight)
    with pytest.raises(LegoError, match="other options"):
        train_mage(stylist, topologies, replace(QUICK, steps=5), stop, sizes=TINY)


@pytest.mark.parametrize("wrong", [{"batch": 1}, {"steps": 0}, {"samples": 3}, {"point_samples": 0}, {"seed": -1}])
def test_numbers_that_leave_nothing_to_train_on(stylist, wrong):
    with pytest.raises(LegoError, match="nothing to train on"):
        train_mage(stylist, [], replace(QUICK, **wrong), sizes=TINY)


def test_a_file_gives_back_the_network_and_others_are_refused(tmp_path):
    made = Mage(torch.arange(30), TINY)
    save_mage(made, tmp_path / "a.safetensors", {"seed": "5"})
    found = load_mage(tmp_path / "a.safetensors")
    assert found.sizes == TINY
    assert all(torch.allclose(a, b, atol=1e-3) for a, b in zip(made.parameters(), found.parameters(), strict=True))
    with pytest.raises(LegoError, match="no MAGE encoder"):
        load_mage(data_file("ds.safetensors"))


def test_scans_lie_on_the_head_they_are_of(stylist, casting):
    """What is said to be known has its place on the mean head; clutter has none and stands off."""
    people = casting(12, 3000, 99)
    clutter, away = 0, []
    for posed, scan in zip(people.posed, people.scans, strict=True):
        assert np.allclose(np.linalg.norm(scan.normals, axis=1), 1)
        clutter += (~scan.known).sum()
        assert scan.known.sum() > 500
        away.append(cKDTree(posed).query(scan.points[scan.known])[0])
        assert np.median(away[-1]) < 0.02, "hair stands off no further"
    bare = [np.quantile(one, 0.25) for one in away]
    assert np.median(bare) < 0.003, "the bare face is nearer than the head's vertices are apart"
    assert max(bare) < 0.006, "also where hair covers most of it; which scan has most depends on the processor"
    assert clutter > 0, "twelve people without a collar, a longer neck or shoulders"


def test_casting_depends_on_the_seed_alone(casting):
    one, two, other = casting(3, 500, 4), casting(3, 500, 4), casting(3, 500, 5)
    assert np.array_equal(one.scans[2].points, two.scans[2].points)
    assert torch.equal(one.shape, two.shape)
    assert not torch.equal(one.shape, other.shape)
