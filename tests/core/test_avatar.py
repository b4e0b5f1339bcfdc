"""What would break: a style that does not reproduce its exemplar, eyes that are no balls, expressions that get lost."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lego_cli.api import ARKIT
from lego_cli.assets import style_prior
from lego_cli.core.avatar import rest_displacement
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.dt.exemplar import exemplar_of_heads
from lego_cli.core.dt.finetune_dt import finetune_dt
from lego_cli.core.dt.style_field import StyleField
from lego_cli.core.dt.style_file import Style, read_style
from lego_cli.core.stylist import Code, Stylist
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.plugins import load_plugins


@pytest.fixture(scope="session")
def identity(head):
    """An unseen person with the shape code of the shipped DS."""
    return head.neutral(head.sample(1, "adult", 900_100))[0].astype(np.float64)


@pytest.fixture(scope="session")
def shape(head, stylist, identity):
    return ShapeSolver(head, stylist.net)(identity[None])[0]


@pytest.fixture(scope="session")
def styled(head, identity):
    """A broad nose, and bigger eyes set a little higher."""
    moved = identity.copy()
    nose = identity[head.landmarks["nose_tip"]].reshape(-1, 3)[0]
    near = np.exp(-(((identity - nose) / 0.02) ** 2).sum(1))
    moved[:, 0] += 0.6 * near * (identity[:, 0] - nose[0])
    moved[:, 2] += 0.006 * near
    for part in ("eye_left", "eye_right"):
        index = head.parts[part]
        centre = identity[index].mean(0)
        moved[index] = centre + 1.2 * (identity[index] - centre) + [0, 0.002, 0]
    return moved


@pytest.fixture(scope="session")
def style(stylist, identity, styled) -> Style:
    options = FinetuneOptions(field_steps=100, samples=3000, steps=0)
    exemplar = exemplar_of_heads(identity, styled, stylist)
    return finetune_dt(stylist, exemplar, style_prior(), {}, None, "test", options=options).style


def topology(name: str):
    return load_plugins(third_party=False).registry.get("topologies", name)


def test_a_style_reproduces_its_exemplar(head, stylist, shape, identity, styled, style):
    found = stylist.avatar(Code(shape, np.zeros(52)), [(style, 1.0)]).neutral
    plain = stylist.avatar(Code(shape, np.zeros(52))).neutral
    skin = head.parts["skin"]
    asked, made = styled[skin] - identity[skin], found[skin] - plain[skin]
    assert np.linalg.norm(made - asked, axis=1).mean() < 0.06 * np.linalg.norm(asked, axis=1).max()
    eye = head.parts["eye_left"]
    growth = np.ptp(found[eye], axis=0) / np.ptp(plain[eye], axis=0)
    assert growth == pytest.approx([1.2] * 3, abs=0.02), "the eyes must grow and stay balls"


def test_strength_scales_and_weights_add(stylist, shape, style):
    code = Code(shape, np.zeros(52))
    at = lambda *weights: stylist.avatar(code, [(style, w) for w in weights]).neutral  # noqa: E731
    assert np.allclose(at(0.0), at(), atol=1e-9)
    assert np.allclose(at(0.25, 0.5), at(0.75), atol=1e-6)


@pytest.mark.parametrize("name", ["head", "mask", "dense"])
def test_every_topology_shows_the_same_head(stylist, shape, style, name):
    """A vertex of a topology lies on the head that the head model's own vertices make."""
    avatar = stylist.avatar(Code(shape, np.zeros(52)), [(style, 1.0)])
    layout = topology(name)
    happy = np.zeros(52)
    happy[[ARKIT.index("mouthSmileLeft"), ARKIT.index("mouthSmileRight"), ARKIT.index("jawOpen")]] = [0.8, 0.8, 0.4]
    for expression in (None, happy):
        found = avatar.pose(layout, expression)
        base = avatar.neutral if expression is None else stylist.head.posed(avatar.neutral[None], happy[None])[0]
        carried = stylist.layout(layout).carried(base)
        assert np.linalg.norm(found - carried, axis=1).mean() < 0.0008
    moved = np.linalg.norm(avatar.pose(layout, happy) - avatar.pose(layout, np.zeros(52)), axis=1)
    assert moved.max() > 0.008


def test_on_the_head_topology_a_pose_is_the_head_models_own(stylist, shape, style):
    """Also in a style that changes the whole face: DS's motion must turn with it on every topology, or lips part."""
    pixar = read_style(load_plugins(third_party=False).registry.get("styles", "pixar").file)
    face = np.zeros(52)
    face[[ARKIT.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight", "jawOpen")]] = 1.0, 1.0, 0.6
    for one in (style, pixar):
        avatar = stylist.avatar(Code(shape, np.zeros(52)), [(one, 1.0)])
        posed = stylist.layout(topology("head")).carried(stylist.head.posed(avatar.neutral[None], face[None])[0])
        assert np.abs(avatar.pose(topology("head"), face) - posed).max() < 2e-4


def test_detail_is_carried_and_scaled(stylist, shape, style):
    bump = np.zeros_like(stylist.head.vertices, dtype=np.float64)
    bump[stylist.skin[1000]] = [0, 0, 0.001]
    code = Code(shape, np.zeros(52), bump)
    none, half, full = (stylist.avatar(code, [(style, 1.0)], amount).neutral for amount in (0.0, 0.5, 1.0))
    assert np.allclose(full - none, 2 * (half - none), atol=1e-9)
    assert 0.0004 < np.linalg.norm(full - none, axis=1).max() < 0.003


def test_detail_grows_with_the_face(stylist):
    """A scar on a face that a style makes half as large again is half as long again; else it would look shaved off."""
    shape, still = np.zeros(stylist.net.shape_size), np.zeros(52)
    mean = stylist.neutral(shape)

    class Large:
        def displacement(self, points, shape):
            return torch.from_numpy(0.5 * mean)

    scar = np.zeros_like(mean)
    brow = stylist.head.landmarks["ibug68"][19]
    scar[brow] = [0.0005, 0, 0.001]
    scarred, plain = (stylist.avatar(Code(shape, still, d), [(Large(), 1.0)]).neutral for d in (scar, None))
    assert np.linalg.norm((scarred - plain)[brow] - 1.5 * scar[brow]) < 0.1 * np.linalg.norm(scar[brow])


def test_delta_transfer_is_equivariant_to_scale(head, stylist, identity, styled):
    """The displacement of a head of half the size is kept as the same rest displacement."""
    once = rest_displacement(stylist, identity, styled)
    half = rest_displacement(stylist, identity / 2, styled / 2)
    assert np.abs(once - half).max() < 1e-6


def test_an_avatar_without_styles_is_the_person(stylist: Stylist, shape):
    assert np.allclose(stylist.avatar(Code(shape, np.zeros(52))).neutral, stylist.neutral(shape), atol=1e-9)


def test_the_field_has_no_say_where_nothing_moved():
    field = StyleField(16, 1)
    with torch.no_grad():
        field.net.linears[-1].weight.zero_()
        field.net.linears[-1].bias.zero_()
    assert not field(torch.randn(5, 3)).abs().max()


def test_an_exaggerated_style_does_not_turn_small_features_inside_out(head, stylist, shape):
    """A nose that a style makes half as large is not gone at one and a half times the style."""
    registry = load_plugins(third_party=False).registry
    chibi = read_style(registry.get("styles", "chibi").file)
    once, louder = (stylist.avatar(Code(shape, np.zeros(52)), [(chibi, w)]) for w in (1.0, 1.5))
    nose = np.asarray(head.landmarks["ibug68"][[30, 31, 33, 35]])
    apart = [np.linalg.norm(a.neutral[nose] - a.neutral[nose].mean(0), axis=1).mean() for a in (once, louder)]
    assert apart[1] > 0.75 * apart[0]
    moved = np.linalg.norm((louder.neutral - once.neutral)[head.landmarks["crown"]])
    assert moved > 0.001
