"""Pictures of heads: what people see in them, whatever the unit, the parts or the view."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from lego_cli.api import LegoError, Mesh, Surface, Topology
from lego_cli.mesh.texture import png_texture
from lego_cli.preview import VIEWS, Finish, Frame, carried_landmarks, render_views, tiles, turntable
from lego_cli.preview.makeup import lay_makeup
from lego_heads.anny_head import AnnyHead
from lego_heads.anny_head import load as load_head
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow

RENDERER = TorchRenderer()
SIZE = 192


@cache
def load() -> AnnyHead:
    return load_head()


@cache
def head_mesh() -> Mesh:
    head = load()
    return head.mesh.with_vertices(np.asarray(head.vertices, np.float64))


@cache
def front(landmarks: bool = False) -> np.ndarray:
    given = load().landmarks if landmarks else None
    return pixels(render_views(head_mesh(), RENDERER, ["front"], SIZE, landmarks=given)[0])


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(float)


def place(point: np.ndarray) -> tuple[int, int]:
    """Row and column of a point of the head in the front view."""
    frame = Frame.of(head_mesh().vertices[load().parts["skin"]].astype(np.float32))
    away = frame.distance - (point[2] - frame.centre[2])
    scale = SIZE / 2 / np.tan(np.radians(12.5)) / away
    return int(SIZE / 2 - (point[1] - frame.centre[1]) * scale), int(SIZE / 2 + (point[0] - frame.centre[0]) * scale)


def eye_patch(picture: np.ndarray, side: str) -> np.ndarray:
    ball = head_mesh().vertices[load().parts[f"eye_{side}"]]
    row, column = place((ball.min(0) + ball.max(0)) / 2 + [0, 0, 0.012])
    return picture[row - 6 : row + 7, column - 9 : column + 10]


def test_every_view_shows_the_whole_head() -> None:
    """Nothing is cut off, and the head fills the picture."""
    pictures = render_views(head_mesh(), RENDERER, list(VIEWS), 96, finish=Finish(background="transparent"))
    for name, picture in zip(VIEWS, pictures, strict=True):
        left, top, right, bottom = picture.getchannel("A").getbbox()
        assert left > 0 < top, name
        assert right < 96 > bottom, name
        assert max(right - left, bottom - top) > 60, name


def test_eyes_are_alive() -> None:
    """Both eyes have a dark pupil, a bright catchlight and an iris bluer than skin."""
    for side in ("left", "right"):
        patch = eye_patch(front(), side)
        brightness = patch.mean(-1)
        assert brightness.min() < 60
        assert brightness.max() > 225
        assert (patch[..., 2] - patch[..., 0]).max() > 15


def test_gaze_moves_the_pupil() -> None:
    """Looking to the subject's left moves the dark of the pupil to the right of the picture."""
    columns = []
    for x in (-0.35, 0.35):
        gaze = {"left": (x, 0.0, 0.9), "right": (x, 0.0, 0.9)}
        picture = pixels(render_views(head_mesh(), RENDERER, ["front"], SIZE, gaze=gaze)[0])
        dark = np.clip(70 - eye_patch(picture, "left")[4:].mean(-1), 0, None)
        columns.append((dark.sum(0) * np.arange(dark.shape[1])).sum() / dark.sum())
    assert columns[1] - columns[0] > 1.5


def test_skin_is_skin_and_sockets_are_not_black() -> None:
    row, column = place(head_mesh().vertices[load().landmarks["nose_tip"][0]])
    red, green, blue = front()[row - 2 : row + 3, column - 2 : column + 3].mean((0, 1))
    assert red > green > blue
    assert red > 150
    face = front()[SIZE // 4 : 3 * SIZE // 4, SIZE // 3 : 2 * SIZE // 3]
    assert np.percentile(face.mean(-1), 1) > 40


def test_makeup_reddens_the_lips_and_darkens_the_brows() -> None:
    head = load()
    bare, worn = front(), front(True)
    brow = place(head.vertices[head.landmarks["brow_left"]].mean(0))
    lip = place(head.vertices[head.landmarks["ibug68"][57]] + [0, 0.004, 0])
    assert worn[brow].mean() < bare[brow].mean() - 10
    assert (worn[lip][0] - worn[lip][1]) > (bare[lip][0] - bare[lip][1]) + 10
    forehead = slice(SIZE // 6, SIZE // 4), slice(SIZE // 3, SIZE // 2)
    np.testing.assert_allclose(worn[forehead], bare[forehead], atol=2)


def test_landmarks_travel_to_other_topologies() -> None:
    """On the head itself they stay the same points; where a topology lacks a feature they are left out."""
    head = load()
    skin = np.asarray(head.parts["skin"])
    cut = skin[head.vertices[skin][:, 1] > -0.05]  # no mouth
    zero = np.zeros((len(cut), 4))
    topology = Topology("cut", "", "", head.mesh, head.template[cut], zero.astype(np.int64), zero)
    carried = carried_landmarks(topology, head)
    assert "lips_outer" not in carried
    np.testing.assert_allclose(head.template[cut][carried["brow_left"]], head.template[head.landmarks["brow_left"]])


def test_a_topology_without_a_jaw_line_still_gets_makeup() -> None:
    """The mask ends before the ears and the jaw; lips and brows are on it all the same."""
    head = load()
    skin = np.asarray(head.parts["skin"])
    cut = skin[(head.vertices[skin][:, 2] > 0.005) & (head.vertices[skin][:, 1] > -0.09)]
    zero = np.zeros((len(cut), 4))
    carried = carried_landmarks(
        Topology("cut", "", "", head.mesh, head.template[cut], zero.astype(np.int64), zero), head
    )
    assert (carried["ibug68"] < 0).any()
    assert "ear_left" not in carried
    worn = lay_makeup(torch.tensor(head.vertices[cut]).float(), carried)
    assert worn is not None
    assert int((worn[:, 0] > 0.2).sum()) > 4  # lips
    assert int((worn[:, 1] > 0.2).sum()) > 4  # brows


def test_tiles_make_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large pictures are drawn in tiles; nothing shows where they meet."""
    finish = Finish(background="transparent", wire=True)
    whole = pixels(render_views(head_mesh(), RENDERER, ["three_quarter"], 150, finish=finish)[0])
    monkeypatch.setattr(tiles, "LARGEST", 128)
    pieces = pixels(render_views(head_mesh(), RENDERER, ["three_quarter"], 150, finish=finish)[0])
    difference = np.abs(pieces - whole).max(-1)
    assert (difference > 3).mean() < 2e-3  # a sample on an edge may fall to either side
    assert difference.mean() < 0.1


def test_everything_is_made_on_the_device_that_was_asked_for() -> None:
    """A tensor made on the default device instead would meet others elsewhere, which torch refuses."""
    small = head_mesh()
    with torch.device("meta"):
        drawn = render_views(small, RENDERER, ["front"], 48, finish=Finish(wire=True), landmarks=load().landmarks)
    assert drawn[0].size == (48, 48)


def test_backgrounds() -> None:
    """A colour is exactly that colour round the head; the studio is light and falls off to the corners."""
    square = Mesh.from_faces([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.array([[0, 1, 2, 3]]))
    plain = render_views(square, RENDERER, ["side"], 64, finish=Finish(background="#204080"))[0]
    assert plain.getpixel((2, 2)) == (0x20, 0x40, 0x80)
    studio = pixels(render_views(square, RENDERER, ["side"], 64)[0])
    assert studio[2, 2].mean() < studio[20, 20].mean() - 5
    with pytest.raises(LegoError, match="no background 'pink'"):
        render_views(square, RENDERER, ["front"], 64, finish=Finish(background="pink"))


@pytest.mark.parametrize(("unit", "away"), [(1000.0, 0.0), (1e-9, 0.0), (0.01, 300.0)])
def test_unit_and_place_do_not_matter(unit: float, away: float) -> None:
    moved = head_mesh().with_vertices(head_mesh().vertices * unit + away)
    picture = pixels(render_views(moved, RENDERER, ["front"], SIZE)[0])
    assert np.abs(picture - front()).mean() < 0.5


def test_transparent_background() -> None:
    picture = render_views(head_mesh(), RENDERER, ["front"], SIZE, finish=Finish(background="transparent"))[0]
    alpha = np.asarray(picture.getchannel("A"))
    assert alpha[0, 0] == 0
    assert alpha[SIZE // 2, SIZE // 2] == 255
    assert 0 < ((alpha > 0) & (alpha < 255)).mean() < 0.05  # an antialiased outline


def test_clay_is_one_grey_and_wire_adds_lines() -> None:
    clay = pixels(render_views(head_mesh(), RENDERER, ["front"], SIZE, finish=Finish(clay=True))[0])
    assert np.abs(clay[..., 0] - clay[..., 2]).max() < 40
    wire = pixels(render_views(head_mesh(), RENDERER, ["front"], SIZE, finish=Finish(clay=True, wire=True))[0])
    assert wire[60:130, 60:130].mean() < clay[60:130, 60:130].mean() - 6


def test_wire_shows_polygons_not_triangles() -> None:
    """One large square: its outline is drawn, the diagonal that the renderer needs is not."""
    square = Mesh.from_faces([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.array([[0, 1, 2, 3]]))
    picture = pixels(render_views(square, RENDERER, ["front"], SIZE, finish=Finish(wire=True, clay=True))[0]).mean(-1)
    middle = SIZE // 2
    inside = picture[middle - 40 : middle + 40, middle - 40 : middle + 40]
    assert inside.max() - inside.min() < 25
    assert picture[middle].min() < inside.min() - 12


def test_vertex_colours_are_shown() -> None:
    """Colours that a scan brings replace the materials."""
    green = np.tile([[0.1, 0.8, 0.1]], (len(head_mesh().vertices), 1))
    picture = pixels(render_views(replace(head_mesh(), colours=green), RENDERER, ["front"], SIZE)[0])
    red, leaf, blue = picture[SIZE // 2, SIZE // 2]
    assert leaf > 2 * max(red, blue)


def test_shared_frame_compares_sizes() -> None:
    small = head_mesh().with_vertices(head_mesh().vertices * 0.5)
    frame = Frame.of(head_mesh().vertices)
    finish = Finish(background="transparent")
    heights = []
    for picture in render_views([head_mesh(), small], RENDERER, ["front"], SIZE, finish=finish, frame=frame):
        _, top, _, bottom = picture.getchannel("A").getbbox()
        heights.append(bottom - top)
    assert heights[1] == pytest.approx(heights[0] / 2, rel=0.1)


def test_turntable_goes_round() -> None:
    frames = [pixels(frame) for frame in turntable(head_mesh(), RENDERER, frames=4, size=64)]
    assert len(frames) == 4
    assert min(np.abs(a - b).mean() for a, b in pairwise(frames)) > 3


def test_same_mesh_same_picture() -> None:
    again = pixels(render_views(head_mesh(), RENDERER, ["front"], SIZE)[0])
    assert np.array_equal(again, front())


def test_errors_say_what_to_do() -> None:
    with pytest.raises(LegoError, match="no view called 'frnt'") as caught:
        render_views(head_mesh(), RENDERER, ["frnt"])
    assert "three_quarter" in caught.value.hint
    cloud = Mesh(np.zeros((5, 3)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    with pytest.raises(LegoError, match="no faces"):
        render_views(cloud, RENDERER)
    torn = head_mesh().vertices.copy()
    torn[7] = np.nan
    with pytest.raises(LegoError, match="no numbers"):
        render_views(head_mesh().with_vertices(torn), RENDERER)


def test_textures_and_coloured_materials_are_drawn() -> None:
    """A textured file looks textured: each material its own picture or colour, on coarse and on rounded meshes."""
    mesh = head_mesh()
    assert mesh.face_group is not None
    upper = mesh.vertices[mesh.corner_vertex[mesh.face_starts], 1] > 0
    green = np.zeros((8, 8, 3), np.uint8) + np.array([20, 160, 20], np.uint8)
    surfaces = {"a": Surface(texture=png_texture(green)), "b": Surface((0.05, 0.05, 0.6))}
    worn = replace(mesh, materials=("a", "b"), face_material=np.where(upper, 0, 1), surfaces=surfaces)
    for smooth in (True, False):
        finish = Finish(smooth=smooth, shade=False, supersample=1)
        picture = pixels(render_views(worn, RENDERER, ["front"], SIZE, finish=finish, landmarks=load().landmarks)[0])
        (forehead, column), (chin, _) = place(np.array([0, 0.06, 0.03])), place(np.array([0, -0.1, 0.03]))
        assert picture[forehead, column].argmax() == 1
        assert picture[chin, column].argmax() == 2
        assert eye_patch(picture, "left")[..., 1].mean() > 1.2 * eye_patch(picture, "left")[..., 0].mean(), "own eyes"
    grey = replace(worn, surfaces={"a": Surface((0.6, 0.6, 0.6)), "b": Surface((0.6, 0.6, 0.6))})
    plain = pixels(render_views(grey, RENDERER, ["front"], SIZE)[0])
    np.testing.assert_array_equal(plain, front())
