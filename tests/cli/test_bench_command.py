"""``lego bench``: names and flags reach the bench, and its figures the table. Benches take minutes: here are none."""

from __future__ import annotations

import json

import pytest

from lego_cli import assets
from lego_cli.bench import ds, encoder, everything, face_encoder, rig, rivals, style
from lego_cli.bench.options import OURS, VARIANTS
from lego_cli.cli import bench as command
from lego_cli.cli.application import run
from lego_cli.core.encoding.encode_options import ENCODERS
from lego_cli.learning import finetuning

PEOPLE = ("adult", "adult_expressions", "wide", "wide_expressions")
DS = {f"basis_{group}_{key}": 0.25 for group in PEOPLE for key in ("mean_mm", "p95_mm", "mean_of_max_mm", "max_mm")}
DS |= {f"{name}_decode_{size}_ms": 1.5 for name in ("basis", "hypernet") for size in ("5k", "16k")}
DS |= {"basis_file_mb": 3.5, "lego_parameters_m": 53.0, "lego_file_mb": 212.0, "lego_style_mb": 636.0}
STYLE = {"exemplar_percent": 0.125, "diversity": 0.5, "seconds": 12.0}
DISTANCE = {"mean_mm": 1.25, "p95_mm": 2.5}
RIG = dict.fromkeys(("blink_px", "lids_px", "teeth_px", "sealed_px", "lip_gap_mm", "expression_error"), 0.0)
RIG |= {"seconds": 1.75}
FACES = {"whole_identity_found": 0.875, "parameters": 8e5, "both_ways_50_ms": 120.0}
ENCODER = {"fit_noisy_refused": 2.0}


class StandIn:
    """A bench of names: keeps what it was asked for."""

    def __init__(self, registry, renderer, options):
        self.options, self.stylist = options, "stylist"
        self.asked = []
        StandIn.last = self

    def __call__(self, name, report):
        self.asked.append(name)
        return {OURS: STYLE | RIG | DISTANCE}

    def of_pair(self, name, exemplar, report):
        self.asked.append((name, exemplar))
        return {OURS: STYLE}


@pytest.fixture(autouse=True)
def _benches(monkeypatch):
    monkeypatch.setattr(assets, "stylist", lambda registry: "stylist")
    monkeypatch.setattr(style, "StyleBench", StandIn)
    monkeypatch.setattr(rig, "RigBench", StandIn)
    monkeypatch.setattr(ds, "bench_ds", lambda head, networks, basis, options: DS | {"people": options.people})
    monkeypatch.setattr(encoder, "named_encoders", lambda stylist, options: {})
    monkeypatch.setattr(encoder, "bench_encoder", lambda head, stylist, encoders, options, report: ENCODER)
    monkeypatch.setattr(face_encoder, "bench_face_encoder", lambda *_: FACES)


@pytest.mark.parametrize("bench", ["style", "rig"])
def test_names_and_flags_reach_the_bench(bench, capsys):
    assert run(["bench", bench, "elf", "ogre", "--people", "4", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (list(figures), StandIn.last.asked) == (["elf", "ogre"], ["elf", "ogre"])
    assert StandIn.last.options.people == 4
    assert run(["bench", bench]) == 0
    ours = [name for name in StandIn.last.asked if name != rig.PLAIN]
    assert "pixar" in ours
    rows = [line for line in capsys.readouterr().out.splitlines() if OURS in line]
    assert len([row for row in rows if row.startswith("pixar")]) == 1


def test_ones_own_pair_is_measured_alone_and_without_distances(tmp_path, monkeypatch, capsys):
    (tmp_path / "style.obj").touch()
    monkeypatch.setattr(finetuning, "read_pair", lambda pair, stylist: (pair.style.name, stylist))
    assert run(["bench", "style", "--pair", str(tmp_path)]) == 0
    assert StandIn.last.asked == [("style", ("style.obj", "stylist"))]
    shown = capsys.readouterr().out
    assert "0.125" in shown
    assert "Distance to the truth" not in shown
    assert run(["bench", "style", "elf"]) == 0
    assert "1.25 / 2.50" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["ds", "--people", "3"], "0.25"),
        (["encoder", "--encoder", "fit", "--variant", "noisy"], "fit: 2 noisy"),
        (["face-encoder"], "0.80 M parameters"),
        (["rig", "elf"], "1.75"),
    ],
)
def test_figures_are_shown_as_a_table_or_given_as_json(arguments, shown, capsys):
    assert run(["bench", *arguments]) == 0
    assert shown in capsys.readouterr().out
    assert run(["bench", *arguments, "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_everything_shows_the_tables_of_every_bench_that_it_runs(monkeypatch, capsys):
    """Hours of measuring must not end in a table that cannot be drawn."""
    known = {
        "ds": DS,
        "encoder": ENCODER,
        "face-encoder": FACES,
        "renderer": {"results": {}, "left_out": {"deodr": "no such module"}},
        "rig": {"elf": {OURS: RIG}},
        "style": {"elf": {OURS: STYLE | DISTANCE}},
    }
    monkeypatch.setattr(
        everything, "bench_all", lambda report: [(words, known[words[0]]) for words in everything.COMMANDS]
    )
    asked = []
    monkeypatch.setattr(command, "encoder_tables", lambda *given: asked.append(given))
    assert run(["bench", "all"]) == 0
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("lego bench ")]
    assert titles == [f"lego bench {' '.join(words)}" for words in everything.COMMANDS]
    variants = ("given", "subdivided", "decimated", "neckless")
    assert asked == [(ENCODER, ENCODERS, variants, rivals.RIVALS), (ENCODER, ("mage",), VARIANTS, rivals.RIVALS)]
    assert run(["bench", "all", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == [" ".join(words) for words in everything.COMMANDS]
