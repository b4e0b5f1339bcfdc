"""The rig bench tells our shapes from those of its rivals."""

from __future__ import annotations

import pytest

from lego_cli.api import LegoError
from lego_cli.bench.faces import BLINKS, EYES, MOUTHS, SEALS, expressions, singles
from lego_cli.bench.options import COPY, FILE, BenchRigOptions
from lego_cli.bench.rig import RigBench
from lego_cli.cli.bench_tables import rig_tables
from lego_cli.plugins import load_plugins
from lego_cli.renderer_choice import choose_renderer

pytestmark = pytest.mark.slow


def test_every_shape_and_more_than_twenty_combinations_are_asked():
    assert len(singles(True)) + len(singles(False)) == 52
    assert len({*BLINKS, *EYES, *SEALS, *MOUTHS}) >= 20
    assert expressions(BLINKS).max() == 1


def test_a_file_keeps_contacts_and_expressions_where_a_copy_of_displacements_does_not(capsys):
    registry = load_plugins(third_party=False).registry
    bench = RigBench(registry, choose_renderer(registry), BenchRigOptions(people=1, methods=(FILE, COPY)))
    found = bench("chibi")
    ours, copied = found[FILE], found[COPY]
    assert ours["blink_px"] == ours["lids_px"] == 0
    assert ours["teeth_px"] < 4
    assert copied["blink_px"] > 50
    assert ours["expression_error"] < copied["expression_error"]
    rig_tables({"chibi": found})
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("chibi")]
    assert [method in row for method, row in zip((FILE, COPY), rows, strict=True)] == [True, True]


def test_an_unknown_method_is_refused():
    registry = load_plugins(third_party=False).registry
    with pytest.raises(LegoError, match="no 'magic'"):
        RigBench(registry, choose_renderer(registry), BenchRigOptions(methods=("magic",)))
