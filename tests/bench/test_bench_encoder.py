"""``lego bench encoder``: its heads are what it says, and its figures are right where the answer is known."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
import trimesh

from lego_cli import assets, needs
from lego_cli.api import ExitCode, LegoError, Mesh
from lego_cli.bench import rivals as bench_rivals
from lego_cli.bench.encoder import Sight, bench_encoder, named_encoders, shared_figures
from lego_cli.bench.errors import measured
from lego_cli.bench.heads import BenchMesh, Person, bench_mesh, unseen_people
from lego_cli.bench.options import UNSEEN, VARIANTS, BenchEncoderOptions
from lego_cli.cli.application import run
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.encoding.registration import Registered
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code, Stylist
from lego_cli.plugins import load_plugins

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stylist() -> Stylist:
    return assets.stylist(load_plugins(third_party=False).registry)


@pytest.fixture(scope="module")
def people(stylist) -> list[Person]:
    return unseen_people(stylist.head, 4, UNSEEN)


@pytest.fixture(scope="module")
def meshes(stylist, people) -> dict[tuple[int, str], BenchMesh]:
    """Everything that is done to the last one."""
    return {(3, v): bench_mesh(stylist.head, people[3], v, UNSEEN + 3) for v in VARIANTS}


def _surface(bench: BenchMesh) -> trimesh.Trimesh:
    return trimesh.Trimesh(bench.mesh.vertices, bench.skin, process=False)


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v != "noisy"])
def test_the_truth_lies_on_the_mesh(meshes, variant):
    bench = meshes[3, variant]
    off = trimesh.proximity.closest_point(_surface(bench), bench.truth[bench.known])[1]
    assert off.max() * bench.millimetres < 0.05
    assert bench.known.mean() > 0.7


def test_each_variant_is_what_its_name_says(meshes, stylist):
    given, skin = meshes[3, "given"], stylist.skin
    assert np.array_equal(given.mesh.vertices[skin], given.truth), "nothing is done to it"
    assert len(meshes[3, "subdivided"].mesh.vertices) > 3.8 * len(given.mesh.vertices)
    assert 980 <= len(meshes[3, "decimated"].mesh.vertices) <= 996
    assert np.array_equal(meshes[3, "decimated"].mesh.triangles(), meshes[3, "decimated"].skin), "no inner parts"
    noisy = meshes[3, "noisy"]
    off = trimesh.proximity.closest_point(_surface(noisy), noisy.truth)[1] * noisy.millimetres
    assert 0.1 < off.mean() < 0.4
    turn = meshes[3, "rotated"].where.rotation
    assert np.isclose(np.linalg.det(turn), 1)
    assert np.trace(turn) < 2.9
    neckless = meshes[3, "neckless"]
    gone = head_fields(stylist).mean[~neckless.known]
    assert 100 < len(gone) < 800
    assert gone[:, 1].max() < -0.04, "the face stays whole"
    other = meshes[3, "expression"]
    apart = np.linalg.norm(other.where.inverse(other.truth) - given.truth, axis=1)
    assert 0.0005 < apart[head_fields(stylist).front].mean() < 0.02


def test_heads_come_back_the_same_and_a_prefix_of_more(stylist, people):
    assert np.array_equal(unseen_people(stylist.head, 1, UNSEEN)[0].posed, people[0].posed)
    one, two = (bench_mesh(stylist.head, people[0], "neckless", UNSEEN) for _ in range(2))
    assert np.array_equal(one.mesh.vertices, two.mesh.vertices)
    assert [p.population for p in people] == ["adult", "wide", "adult", "wide"]
    assert [bool(p.expression.any()) for p in people] == [False, False, True, True]


@dataclass(frozen=True)
class Made:
    """An encoder's result, made up."""

    code: Code
    transform: Similarity
    registered: Registered


class Oracle:
    """An encoder that looks the truth up by the mesh, and adds what a test wants it to get wrong."""

    def __init__(self, stylist: Stylist, meshes: dict[tuple[int, str], BenchMesh], beside_mm: float = 0.0) -> None:
        self.shapes = np.random.default_rng(0).normal(size=(9, stylist.net.shape_size))
        self.known = {b.mesh.vertices.tobytes(): (k, v, b) for (k, v), b in meshes.items()}
        self.beside_mm = beside_mm

    def __call__(self, mesh: Mesh) -> Made:
        k, variant, bench = self.known[mesh.vertices.tobytes()]
        if variant == "rotated":
            raise LegoError("the mesh is no head", "it is, though")
        shape, beside = self.shapes[k], np.array([self.beside_mm, 0, 0]) / bench.millimetres / bench.where.scale
        shape = self.shapes[1 - k] if variant == "noisy" else shape * (1.1 if variant == "decimated" else 1.0)
        registered = Registered(bench.where.inverse(bench.truth) + beside, np.ones(len(bench.truth)))
        return Made(Code(shape, np.full(52, 0.5)), bench.where, registered)


def test_figures_of_an_encoder_that_is_known(stylist, people):
    variants = ("given", "decimated", "noisy", "rotated")
    options = BenchEncoderOptions(heads=2, rivals=False, variants=variants)
    known = {(k, v): bench_mesh(stylist.head, people[k], v, UNSEEN + k) for k in range(2) for v in variants}
    figures = bench_encoder(stylist.head, stylist, {"oracle": Oracle(stylist, known, 2.0)}, options)
    assert figures["oracle_refused"] == 2, "both heads, rotated"
    assert (figures["oracle_rotated_refused"], figures["oracle_given_refused"]) == (2, 0)
    assert "oracle_rotated_seconds" not in figures
    for key in ("front_mean", "front_p95", "skin_mean", "skin_max"):
        assert figures[f"oracle_all_registered_{key}_mm"] == pytest.approx(2.0, abs=1e-6)
    assert 0.1 < figures["oracle_given_registered_surface_mean_mm"] < 2.0, "a shift along the cheek is no distance"
    assert figures["oracle_all_code_front_mean_mm"] > 2, "these codes are anyone's"
    assert figures["oracle_decimated_shape_relative"] == pytest.approx(0.1)
    assert figures["oracle_decimated_shape_weighted_relative"] == pytest.approx(0.1, rel=1e-3)
    assert (figures["oracle_decimated_found"], figures["oracle_noisy_found"]) == (2, 0)
    assert figures["oracle_noisy_asked"] == 2


def test_the_rival_starts_from_the_truth_and_is_measured_alike(stylist, meshes, monkeypatch):
    """What it gives back is told in the mesh's own frame; landmarks lie where they should."""
    given: dict[str, np.ndarray] = {}

    def lazy(source, target, landmarks=None, goals=None):
        if landmarks is not None:
            given["apart"] = np.linalg.norm(source.vertices[landmarks] - goals, axis=1)
        return source.vertices

    monkeypatch.setattr(trimesh.registration, "nricp_amberg", lazy)
    bench, fields = meshes[3, "neckless"], head_fields(stylist)
    errors = {name: bench_rivals.run_rival(name, bench, fields) for name in bench_rivals.RIVALS}
    assert 1 < np.nanmean(errors["nricp"][0].skin) < 8, "a mean head at the right place"
    assert len(given["apart"]) == 14
    assert given["apart"].max() < 0.03
    right = measured(bench.truth, bench, fields)
    assert np.nanmax(right.skin) == 0
    assert right.turned == 0
    assert np.isnan(right.skin).sum() == (~bench.known).sum()
    sight = Sight(Code(np.ones(3), np.ones(52)), right, right, 1.0)
    runs = {name: {(3, "neckless"): (e, 4.0)} for name, (e, _) in errors.items()}
    figures = shared_figures({"ours": {(3, "neckless"): sight, (9, "given"): sight}}, runs, fields)
    assert figures["ours_to_nricp_seconds"] == 0.25
    assert figures["ours_to_nricp_front_mean"] == 0
    assert figures["nricp_shared_front_mean_mm"] > 1


def test_the_inside_out_is_counted(stylist, meshes):
    bench, fields = meshes[3, "given"], head_fields(stylist)
    errors = measured(bench.truth * [-1, 1, 1], bench, fields)
    assert errors.turned > 1000
    assert errors.surface.mean() < 4, "a mirrored head is nearly the same surface"
    assert np.nanmean(errors.skin) > 40, "and all places are wrong"
    away = measured(bench.truth + 0.5, bench, fields)
    assert away.surface.mean() > 200


def test_what_cannot_be_measured_is_said_in_two_lines(stylist, monkeypatch):
    def refused(**wrong: object) -> LegoError:
        with pytest.raises(LegoError) as caught:
            bench_encoder(stylist.head, stylist, {"none": lambda mesh: None}, BenchEncoderOptions(**wrong))
        return caught.value

    assert refused(seed=5).code == ExitCode.USAGE
    assert "shaved" in refused(variants=("shaved",)).message
    assert refused(heads=0).hint
    with pytest.raises(LegoError, match="turbo"):
        named_encoders(stylist, BenchEncoderOptions(encoder=("turbo",)))
    monkeypatch.setattr(needs, "module_there", lambda name: name != "rtree")
    missing = refused()  # before anything slow
    assert (missing.code, missing.hint) == (ExitCode.MISSING, needs.install_extra("bench"))


def test_as_typed_in_the_readme(capsys):
    """The shipped encoder, on one head: figures in their range."""
    command = ["bench", "encoder", "--heads", "1", "--no-rivals", "--encoder", "mage"]
    assert run([*command, "--variant", "given", "--variant", "decimated", "--json", "-q"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["mage_refused"] == 0
    assert figures["mage_given_registered_front_mean_mm"] < 0.8
    assert figures["mage_decimated_code_front_mean_mm"] < 1.0
    assert figures["mage_decimated_found"] == 1
    assert all(isinstance(value, int | float) for value in figures.values())


def test_the_tables_show_what_was_measured(capsys):
    from lego_cli.cli.bench_tables import REGISTRATION, encoder_tables

    label = "fit_decimated"
    figures = {f"{label}_{source}_{key}": 1.5 for source in ("code", "registered") for key in REGISTRATION.values()}
    figures |= {f"fit_shared_{key}": 2.5 for key in REGISTRATION.values()} | {"fit_shared_seconds": 3.0}
    figures |= {f"{label}_seconds": 2.0, f"{label}_shape_relative": 0.123, f"{label}_found": 3.0, f"{label}_asked": 4.0}
    figures["fit_noisy_refused"] = 2
    encoder_tables(figures, ["fit"], VARIANTS, bench_rivals.RIVALS)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["LeGO", "decimated"] for line in lines)
    ours = next(line for line in lines if line.startswith("fit") and "3 of 4" in line)
    assert "12.3" in ours
    assert "refused as no head: fit: 2 noisy" in lines
    assert sum("2.50" in line for line in lines) == 1
