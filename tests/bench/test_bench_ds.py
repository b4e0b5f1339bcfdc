"""The figures that the README claims of DS, on heads that no training saw."""

from __future__ import annotations

import pytest

from lego_cli import assets
from lego_cli.bench.ds import BenchDsOptions, bench_ds
from lego_cli.plugins import load_plugins

pytestmark = pytest.mark.slow


def test_the_shipped_ds_keeps_its_promises():
    head = assets.head_model(load_plugins(third_party=False).registry)
    path = assets.data_file("ds.safetensors")
    net = assets.surface_net()
    figures = bench_ds(head, {"basis": (net, path)}, net, BenchDsOptions(repeats=3))
    assert figures["basis_adult_expressions_mean_mm"] < 0.25
    assert figures["basis_adult_expressions_p95_mm"] < 0.55
    assert figures["basis_wide_expressions_mean_mm"] < 0.35
    assert figures["basis_wide_expressions_p95_mm"] < 0.80
    assert figures["basis_file_mb"] < 4
    assert 50 < figures["lego_parameters_m"] < 55, "LeGO's release has 53 M parameters"
    assert all(value >= 0 for value in figures.values())
    assert {f"{n}_decode_{q}_ms" for n in ("basis", "hypernet") for q in ("5k", "16k")} <= set(figures)
