"""The parts that pictures are made with: materials by name, eyeballs by shape, rounding, occlusion."""

from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pytest
import torch
import trimesh

from lego_cli.api import Cameras, Mesh
from lego_cli.preview import VIEWS, Frame
from lego_cli.preview.eyes import Eyeballs
from lego_cli.preview.framing import view_angles
from lego_cli.preview.lashes import Lashes
from lego_cli.preview.materials import HIDDEN, MATERIALS, kind_of
from lego_cli.preview.occlusion import Scene, bake_ball, bake_openness, unit_normals
from lego_cli.preview.rounding import Split
from lego_cli.preview.shape import shape_of
from lego_cli.preview.teeth import STRIP, Jaws
from lego_renderers.projection import clip_positions
from lego_renderers.torch_renderer import TorchRenderer


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("skin", None), ("eye_left", "eye"), ("M_ScleraLeft", "eye"), ("EyeballR", "eye"), ("teeth_upper", "teeth"),
        ("M_Teeth", "teeth"), ("tongue", "tongue"), ("lashes_left", "hair"), ("M_EyeLashes", "hair"),
        ("mouth_bag", "cavity"), ("socket_right", "cavity"), ("M_EyeOcclusion", "hidden"), ("LacrimalFluid", "hidden"),
        ("eyelid_upper", "skin"), ("M_Face", None), ("default", None), ("M_GumsTongue", "gums"),
    ],
)  # fmt: skip
def test_materials_by_name(name: str, kind: str | None) -> None:
    found = kind_of(name)
    shown = None if found is None else "hidden" if found == HIDDEN else MATERIALS[found].name
    assert shown == kind


def sphere(rounds: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    mesh = trimesh.creation.icosphere(subdivisions=rounds)
    return torch.tensor(mesh.vertices, dtype=torch.float32), torch.tensor(mesh.faces, dtype=torch.int64)


def test_gaze_is_read_off_the_cornea() -> None:
    """A ball with a bulge looks where the bulge is, in any place and size; a plain ball looks ahead."""
    ball, _ = sphere(4)
    for axis in torch.nn.functional.normalize(torch.tensor([[0.0, 0.0, 1.0], [0.3, -0.2, 1.0], [-0.5, 0.1, 0.8]])):
        near = ((ball @ axis - 0.85) / 0.15).clamp_min(0)[:, None]
        vertices = 12.0 * (ball + 0.12 * near * axis) + torch.tensor([30.0, 5.0, 80.0])
        fitted = Eyeballs.fit({"left": vertices}, {}, vertices)
        assert float(fitted.gaze[0] @ axis) > 0.999
        assert float(fitted.radius[0]) == pytest.approx(12.0, rel=0.02)
    plain = Eyeballs.fit({"left": ball}, {}, ball)
    torch.testing.assert_close(plain.gaze[0], torch.tensor([0.0, 0.0, 1.0]))


@pytest.mark.parametrize("names", [("eye_left", "eye_right"), ("eyes", "eyes")])
def test_each_eye_has_its_own_gaze(names: tuple[str, str]) -> None:
    """By its name, or by its place where it has none: the subject's left is at +X."""
    ball = trimesh.creation.icosphere(3)
    balls = [ball.vertices + np.array([x, 0, 0]) for x in (2.0, -2.0)]
    faces = np.concatenate([ball.faces, ball.faces + len(ball.vertices)])
    groups = tuple(dict.fromkeys(names))
    owner = np.repeat([groups.index(name) for name in names], len(ball.faces))
    mesh = Mesh.from_faces(np.concatenate(balls), faces, groups=groups, face_group=owner)
    _, eyes, _ = shape_of(mesh, torch.tensor(mesh.vertices, dtype=torch.float32), {"left": (0.6, 0.0, 0.8)})
    looks = dict(zip(eyes.centre[:, 0].round().tolist(), eyes.gaze[:, 0].tolist(), strict=True))
    assert looks == pytest.approx({2.0: 0.6, -2.0: 0.0}, abs=1e-6)


def test_vertex_colours_are_srgb() -> None:
    """Files hold display values; lit as if they were light, every painted head looks bleached."""
    ball = trimesh.creation.icosphere(1)
    mesh = Mesh.from_faces(ball.vertices, ball.faces, colours=np.full((len(ball.vertices), 3), 0.5))
    shape, *_ = shape_of(mesh, torch.tensor(mesh.vertices, dtype=torch.float32), {})
    assert shape.colours is not None
    torch.testing.assert_close(shape.colours, torch.full_like(shape.colours, 0.2140), atol=1e-3, rtol=0)


def test_a_view_is_from_the_side_that_it_is_named_for() -> None:
    """Left is the subject's left, +X; a swapped pair of pictures looks right until somebody has a scar."""
    where = Frame((1.0, 2.0, 3.0), 10.0).cameras(view_angles(list(VIEWS))).eye - torch.tensor([1.0, 2.0, 3.0])
    eye = dict(zip(VIEWS, (where / 10).tolist(), strict=True))
    for name, sign in (("left", 1), ("right", -1), ("three_quarter_left", 1), ("three_quarter_right", -1)):
        assert sign * eye[name][0] > 0.6, name
        assert eye[name][2] > -1e-6, name
    assert eye["front"] == pytest.approx([0, 0, 1], abs=1e-6)
    assert eye["back"] == pytest.approx([0, 0, -1], abs=1e-6)
    assert eye["top"][1] > 0.9
    assert eye["below"][1] < -0.5


def test_a_frame_holds_a_long_thing_from_every_side_and_no_more() -> None:
    """A head with a snout or a bun: cut off from one side, or too small from all, when depth goes with a wrong side."""
    points = np.random.default_rng(3).uniform(-1, 1, (400, 3)) * [0.4, 0.5, 2.0] + [3.0, 0.0, -1.0]
    cameras = Frame.of(points, margin=1.25).cameras([(angle, 0) for angle in range(0, 360, 30)])
    clip = clip_positions(torch.from_numpy(points)[None], Cameras(*(x.double() for x in astuple(cameras))), (64, 64))
    assert float((clip[..., :2] / clip[..., 3:]).abs().max()) == pytest.approx(1 / 1.25, rel=1e-4)


def test_rounding_keeps_vertices_and_follows_curvature() -> None:
    vertices, faces = sphere(1)
    split = Split.of(faces, len(vertices))
    rounded = split.bulge(vertices, unit_normals(vertices, faces))
    assert torch.equal(rounded[: len(vertices)], vertices)
    flat = split.carry(vertices)[len(vertices) :].norm(dim=1)
    assert ((rounded[len(vertices) :].norm(dim=1) - 1).abs() < 0.1 * (flat - 1).abs()).all()
    assert len(split.faces) == 4 * len(faces)
    assert (unit_normals(rounded, split.faces) * rounded).sum(1).min() > 0.9  # no child is turned over


def test_rounding_leaves_planes_flat() -> None:
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    split = Split.of(faces, 4)
    rounded = split.bulge(vertices, unit_normals(vertices, faces))
    assert rounded[:, 2].abs().max() == 0
    edges = split.carry_edges(torch.tensor([[True, True, False], [False, True, True]]))
    assert int(edges.sum()) == 8  # each of the four sides of the square, halved


def test_openness() -> None:
    """A ball over a floor hides the light from the floor under it, not from the floor's rim nor from the ball's top."""
    ball, ball_faces = sphere(3)
    line = torch.linspace(-6, 6, 41)
    x, z = torch.meshgrid(line, line, indexing="ij")
    floor = torch.stack([x, torch.full_like(x, -1.05), z], dim=-1).reshape(-1, 3)
    corner = (torch.arange(40)[:, None] * 41 + torch.arange(40)).reshape(-1)
    quads = [torch.stack([corner, corner + 1, corner + 42], 1), torch.stack([corner, corner + 42, corner + 41], 1)]
    vertices, faces = torch.cat([ball, floor]), torch.cat([ball_faces, *(quad + len(ball) for quad in quads)])
    normals = unit_normals(vertices, faces)
    openness = bake_openness(vertices, normals, Scene(vertices, faces, TorchRenderer()))
    ambient = openness.ambient(normals)
    under, rim, top = len(ball) + 20 * 41 + 20, len(ball) + 41 + 1, int(ball[:, 1].argmax())
    assert ambient[under] < 0.35
    assert ambient[rim] > 0.9
    assert ambient[top] > 0.9
    light = openness.towards(torch.tensor([[0.0, 1.0, 0.0]]), 9.0)[:, 0]
    assert light[under] < 0.2
    assert light[rim] > 0.9


def test_lids_shade_the_eyeball() -> None:
    """A narrow roof over the brow of an eyeball darkens its upper part; without one, both parts are open."""
    ball, _ = sphere(3)
    roof = torch.tensor([[-2.0, 0.9, 0.0], [2.0, 0.9, 0.0], [2.0, 0.9, 1.3], [-2.0, 0.9, 1.3]])
    roof_faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    eyeball = torch.zeros(3), torch.tensor(1.0), torch.tensor([0.0, 0.0, 1.0])
    upper, lower = (
        int((ball @ torch.tensor([0, 0.5, 0.87])).argmax()),
        int((ball @ torch.tensor([0, -0.5, 0.87])).argmax()),
    )
    ambient = []
    for scene in (Scene(roof, roof_faces, TorchRenderer()), Scene(roof + 50, roof_faces, TorchRenderer())):
        ambient.append(bake_ball(ball, ball, scene, eyeball).ambient(ball))
    assert ambient[0][upper] < 0.7 * ambient[1][upper]
    assert ambient[0][lower] > 0.9 * ambient[1][lower]


def test_lashes_run_from_root_to_tip_wherever_the_eye_is() -> None:
    """Roots are where a row leaves the skin, also when lids and lashes have come down in a blink."""
    x = torch.linspace(0, 1, 9)
    rows = [torch.stack([x, torch.full_like(x, y), torch.full_like(x, z)], dim=1) for y, z in ((0, 0), (0.1, 0.1))]
    card = torch.cat(rows)
    k = torch.arange(8)
    quads = torch.cat([torch.stack([k, k + 1, k + 10], 1), torch.stack([k, k + 10, k + 9], 1)])
    skin = torch.stack([x, torch.full_like(x, -0.05), torch.zeros_like(x)], dim=1)
    skin_faces = torch.stack([k, k + 1, k], dim=1) + len(card)
    lashes = Lashes.of(torch.cat([card, skin]), quads, torch.zeros(len(quads), dtype=torch.int64), skin_faces)
    assert lashes.share[:9].max() < 0.1
    assert lashes.share[9:18].min() > 0.9
    assert lashes.share[18:].max() == 0


def arch(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A strip of ``count`` quads along half an ellipse, as rows of teeth are modelled, in metres."""
    turn = torch.linspace(-math.pi / 2, math.pi / 2, count + 1)
    line = torch.stack([0.03 * turn.sin(), torch.zeros_like(turn), 0.04 * turn.cos()], dim=1)
    vertices = torch.cat([line, line - torch.tensor([0.0, 0.01, 0.0])])
    k = torch.arange(count)
    below = count + 1
    return vertices, torch.cat(
        [torch.stack([k, k + 1, k + below], 1), torch.stack([k + 1, k + 1 + below, k + below], 1)]
    )


def test_a_strip_gets_teeth_and_gums() -> None:
    """Along the middle of a strip the paint shows a gap between the front teeth and a few on either side; above it
    reddens, where the gums are."""
    vertices, faces = arch(24)
    row, jaws = Jaws.fit(vertices, faces, torch.ones(len(faces), dtype=torch.int64))
    assert (row == 0).all()
    turn = torch.linspace(-0.8, 0.8, 801)
    place = torch.stack([0.03 * turn.sin(), torch.full_like(turn, -0.006), 0.04 * turn.cos()], dim=1)
    white = torch.full((801, 3), 0.75)
    which = torch.zeros(801, dtype=torch.int64)
    light = jaws.paint(which, place, white).mean(1)
    dark = light < 0.45
    assert dark[400]  # between the two front teeth
    assert 5 <= int((dark[1:] & ~dark[:-1]).sum()) <= 9
    assert light.median() > 0.6
    gum = jaws.paint(which, place + torch.tensor([0, 0.0055, 0]), white)
    assert (gum[:, 0] > 2 * gum[:, 1]).all()


def test_modelled_teeth_are_left_alone() -> None:
    vertices, faces = arch(STRIP)
    row, jaws = Jaws.fit(vertices, faces, torch.ones(len(faces), dtype=torch.int64))
    assert (row == -1).all()
    assert len(jaws.centre) == 0
