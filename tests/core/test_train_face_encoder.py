"""What would break: training that does not learn, resume or repeat, heads with wrong labels, pictures off the rules."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from lego_cli.bench.face_encoder import r_squared, retrieval
from lego_cli.core import training_run
from lego_cli.core.ds.template_points import sparse_expressions
from lego_cli.core.face_encoder.clay_pictures import ClayPictures
from lego_cli.core.face_encoder.contrast import contrast
from lego_cli.core.face_encoder.face_pool import UNIT, BlockMaker, FacePool, make_pool
from lego_cli.core.face_encoder.train_face_encoder import FaceTraining, save_face_net
from lego_cli.core.training_options import TrainFaceOptions
from lego_cli.errors import LegoError
from lego_cli.nn import PARTS, FaceSizes, load_face_net
from lego_heads.anny_head import load
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow

OPTIONS = TrainFaceOptions(steps=6, blocks=3, batch=1, views=1, people=3, styles=2, expressions=2, seed=5)
SIZES = FaceSizes(picture=48, channels=(16, 16, 32), places=8, part=8)


class Grown:
    """A style that makes what is below the eyes larger, by an amount that the seed decides."""

    def __init__(self, seed: int) -> None:
        self.amount = 0.1 + 0.2 * np.random.default_rng(seed).random()

    def apply(self, head, neutral):
        low = np.clip(-neutral[:, 1:2] / 0.05, 0, 1)
        return (neutral * (1 + self.amount * low)).astype(np.float32)


class Family:
    name = "grown"

    def draw(self, seed: int) -> Grown:
        return Grown(seed)


def source():
    return load(), Family()


@pytest.fixture(scope="module")
def pool(head) -> FacePool:
    return make_pool(lambda: (head, Family()), OPTIONS)


@pytest.fixture(scope="module")
def training(head, pool):
    torch.set_num_threads(1)
    return partial(FaceTraining, head, TorchRenderer(), pool, sizes=SIZES)


def test_everybody_of_a_block_wears_every_style_with_every_expression(head):
    block = BlockMaker(head, Family(), replace(OPTIONS, seed=7))(0)
    assert len(block.heads) == 12
    assert len(block.labels.unique(dim=0)) == 12
    heads = block.heads.float() * UNIT
    skin = torch.from_numpy(head.parts["skin"])
    own, grown = (heads[block.labels[:, 2] == style][:, skin] for style in (0, 1))
    assert (grown[..., 1].amin(1) < own[..., 1].amin(1) - 0.003).all()
    assert torch.equal(block.codes[block.labels[:, 1] == 0].unique(dim=0), block.codes[:1])


def test_labels_mean_the_same_throughout_the_pool(pool):
    who, expression, style = pool.labels.unbind(2)
    assert len(who.unique()) == OPTIONS.blocks * OPTIONS.people
    assert len(style.unique()) == 1 + OPTIONS.blocks * (OPTIONS.styles - 1), "nobody's style is one and the same"
    blank = pool.codes.eq(0).all(2)
    assert torch.equal(expression == 0, blank)
    for label in expression.unique():
        assert len(pool.codes[expression == label].unique(dim=0)) == 1


def test_processes_make_the_same_pool(pool):
    made = make_pool(source, replace(OPTIONS, workers=2))
    assert torch.equal(made.heads, pool.heads)
    assert torch.equal(made.labels, pool.labels)


def test_pictures_are_clay_before_white(head, pool):
    pictures = ClayPictures(head, TorchRenderer(), 48)
    heads = pool.heads[0, :3].float() * UNIT
    drawn = pictures(heads, "head_front", torch.Generator().manual_seed(1))
    assert drawn.shape == (3, 3, 48, 48)
    assert torch.equal(drawn[:, :, 0, 0], torch.ones(3, 3))
    assert torch.equal(drawn[:, 0], drawn[:, 2])
    assert (drawn.flatten(1).std(1) > 0.05).all()
    assert torch.equal(drawn, pictures(heads, "head_front", torch.Generator().manual_seed(1)))


def test_contrast_is_low_where_the_alike_are_together():
    labels = torch.tensor([0, 0, 1, 1, 2])
    together = torch.nn.functional.one_hot(labels, 4).float()
    mixed = torch.nn.functional.one_hot(torch.tensor([0, 1, 0, 1, 2]), 4).float()
    assert contrast(together, labels, 0.1) < 0.01
    assert contrast(mixed, labels, 0.1) > 5
    alone = contrast(together, torch.arange(5))
    assert alone == 0, "nobody has a neighbour of the same label"


def test_the_same_seed_gives_the_same_network_and_stopping_in_the_middle_changes_nothing(
    training, tmp_path, monkeypatch
):
    monkeypatch.setattr(training_run, "CHECKPOINT_EVERY", 2)
    whole = training(OPTIONS).train(OPTIONS.steps)
    checkpoint = tmp_path / "face.checkpoint"

    def stop(stage: str, done: int, total: int, **figures: float) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training(OPTIONS).train(OPTIONS.steps, checkpoint, stop)
    resumed = training(OPTIONS).train(OPTIONS.steps, checkpoint)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    with pytest.raises(LegoError, match="other options"):
        training(OPTIONS).train(OPTIONS.steps + 1, checkpoint)


def test_training_lowers_the_loss(training):
    seen = []
    options = replace(OPTIONS, steps=40, learning_rate=3e-3)
    training(options).train(40, report=lambda stage, done, total, **f: seen.append(f["loss"]))
    assert np.mean(seen[-10:]) < 0.95 * np.mean(seen[:5])


def test_minutes_take_steps_away_and_leave_the_network_alone(training):
    fresh = training(replace(OPTIONS, steps=10**6, minutes=0.01))
    before = {name: value.clone() for name, value in fresh.trainee.state_dict().items()}
    assert 1 <= fresh.affordable().steps < 10**5
    assert all(torch.equal(value, before[name]) for name, value in fresh.trainee.state_dict().items())
    assert training(OPTIONS).affordable() == OPTIONS


def test_files_give_back_the_network_to_half_precision(training, tmp_path):
    net = training(OPTIONS).train(1)
    save_face_net(net, tmp_path / "face.safetensors", {"seed": "5"})
    again = load_face_net(tmp_path / "face.safetensors")
    pictures = torch.rand(2, 3, 48, 48)
    assert again.sizes == SIZES
    torch.testing.assert_close(again(pictures), net(pictures).detach(), atol=1e-2, rtol=0)


@pytest.mark.parametrize("wrong", [{"people": 1}, {"blocks": 0}, {"seed": -1}, {"device": "abacus"}])
def test_options_that_make_no_sense_are_refused(training, wrong):
    with pytest.raises(LegoError):
        training(replace(OPTIONS, **wrong))


def test_retrieval_and_readings_tell_knowing_from_guessing():
    labels = torch.from_numpy(np.stack([x.reshape(-1) for x in np.indices((4, 3, 3))], 1))
    knowing = torch.nn.functional.one_hot(labels[:, 0], 4).float() + 0.01 * torch.rand(36, 4)
    figures = retrieval("knowing", [knowing], labels)
    assert figures["knowing_identity_found"] == 1.0
    assert figures["knowing_identity_together"] == 1.0
    assert set(figures) == {f"knowing_{part}_{how}" for part in PARTS for how in ("found", "together")}
    values = sparse_expressions(200, 0).double()
    assert r_squared(values @ torch.rand(52, 80).double(), values) > 0.9
    assert r_squared(torch.rand(200, 80).double(), values) < 0.1
