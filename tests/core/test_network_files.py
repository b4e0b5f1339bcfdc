"""Files of weights: what was saved is read again, and sizes that lie take neither memory nor a trace."""

from __future__ import annotations

import json
import resource
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from lego_cli.core.ds.surface_net import BasisNet, BasisSizes, load_surface_net, save_surface_net
from lego_cli.core.ds.template_space import PartBoxes
from lego_cli.core.dt.style_prior import PriorSizes, StylePrior, load_style_prior, save_style_prior
from lego_cli.core.encoding.mage import Mage, MageSizes, load_mage, save_mage
from lego_cli.core.tensors import load_tensors, save_tensors
from lego_cli.errors import LegoError
from lego_cli.nn import FaceNet, FaceSizes, load_face_net

BASIS = BasisSizes(shape=3, expression=4, terms=5, width=6, layers=2, features=7)
MAGE = MageSizes(shape=3, expression=4, marks=5, hidden=6, stages=2, point_width=8, point_blocks=1)
PRIOR = PriorSizes(vertices=9, shape=3, modes=4, looks=2, summary=3, marks=5, experts=2, hidden=4, width=6, layers=1)
FACE = FaceSizes(picture=8, channels=(8, 8), places=2, part=3)


def face(path: Path) -> None:
    net = FaceNet(FACE)
    save_tensors(path, dict(net.state_dict()), {"kind": "face", "sizes": json.dumps(asdict(FACE))})


WRITE = {
    "ds": lambda path: save_surface_net(BasisNet(PartBoxes(torch.zeros(2, 2, 3), torch.zeros(2, 3)), BASIS), path, {}),
    "mage": lambda path: save_mage(Mage(torch.arange(5), MAGE), path, {"note": "a note"}),
    "prior": lambda path: save_style_prior(StylePrior(PRIOR), path, {}),
    "face": face,
}
READ = {"ds": load_surface_net, "mage": load_mage, "prior": load_style_prior, "face": load_face_net}


@pytest.fixture(params=WRITE)
def kind(request) -> str:
    torch.manual_seed(0)
    return request.param


@pytest.fixture
def path(kind, tmp_path) -> Path:
    file = tmp_path / "net.safetensors"
    WRITE[kind](file)
    return file


def changed(path: Path, meta: dict[str, str] | None = None, **tensors: torch.Tensor) -> Path:
    own, text = load_tensors(path)
    save_tensors(path, own | tensors, text | (meta or {}))
    return path


def test_what_was_written_is_read(kind, path):
    tensors, _ = load_tensors(path)
    net = READ[kind](path)
    assert not net.training
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(tensor.float(), tensors[name].float())


def lies(kind: str) -> list[dict[str, str]]:
    if kind == "face":
        tables = (
            {"picture": 10**9},
            {"places": 10**6},
            {"part": -1},
            {"channels": [8] * 1000},
            {"parts": 3},
            {"part": 0.5},
        )
        return [{"sizes": json.dumps(asdict(FACE) | table)} for table in tables] + [
            {"sizes": "[" * 9000},
            {"sizes": "1"},
        ]
    name = "size.width" if kind != "mage" else "size.hidden"
    many = "size.layers" if kind != "mage" else "size.stages"
    words = ("40000", "1e9", "-3", "0", "nan", "wide", "9" * 400, "")
    return [{name: word} for word in words] + [{many: "1000000"}, {"size.breadth": "3"}]


def test_sizes_that_lie_are_refused_and_take_no_memory(kind, path):
    good, before = path.read_bytes(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for lie in lies(kind):
        path.write_bytes(good)
        with pytest.raises(LegoError, match=r"net\.safetensors"):
            READ[kind](changed(path, lie))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10, "kilobytes"


def test_weights_that_are_missing_strange_or_no_numbers_are_refused(kind, path):
    good = path.read_bytes()
    own, text = load_tensors(path)
    name = next(name for name, tensor in own.items() if tensor.is_floating_point() and tensor.numel() > 1)
    for tensors in ({name: own[name] * float("nan")}, {name: own[name][:0]}, {"more": own[name]}):
        path.write_bytes(good)
        with pytest.raises(LegoError, match=r"net\.safetensors"):
            READ[kind](changed(path, **tensors))
    for gone in own:
        save_tensors(path, {key: value for key, value in own.items() if key != gone}, text)
        with pytest.raises(LegoError, match=r"net\.safetensors"):
            READ[kind](path)
