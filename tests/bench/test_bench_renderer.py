"""``lego bench renderer``: figures that say what they claim, and rivals that may be missing or crash."""

from __future__ import annotations

import json
import math

import pytest

from lego_cli.bench import renderer as bench
from lego_cli.cli.application import run
from lego_cli.cli.bench_tables import renderer_table
from lego_cli.errors import ExitCode
from lego_cli.needs import install_extra

pytestmark = pytest.mark.slow

SMALL = ["--renderer", "torch", "--faces", "500", "--size", "48", "--views", "2", "--turns", "1", "--fine", "4"]


def test_measures_ours_and_says_what_is_left_out(capsys, monkeypatch):
    monkeypatch.setattr(bench, "RIVALS", {"deodr": ("module:no_such_module",)})
    assert run(["bench", "renderer", *SMALL, "--renderer", "deodr", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["left_out"] == {"deodr": install_extra("bench")}
    renderer_table(figures)
    assert f"deodr is left out: {install_extra('bench')}" in capsys.readouterr().out
    found = figures["results"]["torch"]["500"]
    assert set(found) == {*bench.TIMES, *bench.QUALITY}
    assert all(math.isfinite(value) for value in found.values())
    assert 0 < found["forward_ms"] < found["both_ms"]
    assert found["mask_error"] < 0.005
    assert found["mask_gradient_error"] < 0.1


def test_an_unknown_renderer_is_refused_at_once(capsys):
    assert run(["bench", "renderer", "--renderer", "tourch"]) == ExitCode.USAGE
    assert "deodr" in capsys.readouterr().err.splitlines()[1]


def test_a_renderer_whose_process_dies_leaves_the_others_alone():
    class Dead:
        def ask(self, task):
            return "its process ended with exit code -6"

    class Alive:
        def ask(self, task):
            return {"mask_error": 0.1} if task[0] == "quality" else dict.fromkeys(bench.TIMES, 2.0)

    left_out: dict[str, str] = {}
    found = bench._case_figures({"dead": Dead(), "alive": Alive()}, None, 3, left_out)
    assert left_out == {"dead": "its process ended with exit code -6"}
    assert found == {"alive": {"mask_error": 0.1, **dict.fromkeys(bench.TIMES, 2.0)}}


def test_a_crash_is_told_from_an_answer():
    worker = bench._Worker("no such renderer", 1)
    try:
        answer = worker.ask(("quality", None))
        assert isinstance(answer, str)
        assert "no such renderer" in answer
        worker._process.kill()
        worker._process.join()
        assert "exit code" in worker.ask(("time", None))
    finally:
        worker.close()


def test_rival_draws_the_same_head():
    pytest.importorskip("deodr", reason="DEODR is not installed (extra bench)")
    import torch

    from lego_cli.assets import data_file
    from lego_cli.bench.renderer_rivals import DeodrRival
    from lego_cli.mesh.read import read_mesh
    from lego_cli.preview.framing import Frame
    from lego_renderers.torch_renderer import TorchRenderer

    mesh = read_mesh(data_file("demo_head.obj"))
    vertices, faces = torch.from_numpy(mesh.vertices).float()[None], torch.from_numpy(mesh.triangles())
    cameras = Frame.of(mesh.vertices).cameras([(30, 5)])
    ours, theirs = (r.render(vertices, faces, cameras, (64, 64), vertices) for r in (TorchRenderer(), DeodrRival()))
    assert (ours["mask"] - theirs["mask"]).abs().mean() < 0.03
