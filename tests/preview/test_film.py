"""Films: a head that turns, shade that follows the pose, and times that are kept."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from lego_cli.api import ARKIT, Clip, RiggedHead
from lego_cli.core.motion.rigging import shapes_of
from lego_cli.preview import Finish, Frame, render_views
from lego_cli.preview.film import Film, play, resampled, turns_of
from lego_cli.preview.moving import key_poses
from lego_cli.preview.picture_file import write_frames
from lego_heads.anny_head import load
from lego_renderers.torch_renderer import TorchRenderer

pytestmark = pytest.mark.slow

QUICK = Finish(shade=False, smooth=False, supersample=1, background="#000000")


@pytest.fixture(scope="module")
def head() -> RiggedHead:
    model = load()
    rest = model.vertices.astype(np.float64)
    neutral, shapes, correctives, extra = shapes_of(
        lambda values: model.posed(np.repeat(rest[None], len(values), 0), values)
    )
    return RiggedHead(
        "x", model.mesh.with_vertices(neutral), ARKIT, shapes, correctives, extra, pivot=(0.0, -0.07, -0.06)
    )


def clip(*rows: dict[str, float], head: list[list[float]] | None = None) -> Clip:
    values = np.array([[row.get(name, 0.0) for name in ARKIT] for row in rows])
    return Clip("c", np.arange(len(rows)) / 10, values, None if head is None else np.array(head))


def pixels(pictures) -> np.ndarray:
    return np.stack([np.asarray(picture, np.float64) for picture in pictures]) / 255


def test_a_turned_head_looks_as_if_its_vertices_were_turned(head):
    turn = [0.4, -0.2, 0.15]
    film = Film("front", 96, Finish(shade=False, smooth=False, supersample=1, background="#000000", clay=True))
    seen = pixels(play(head, clip({}, head=[turn]), TorchRenderer(), film))[0]
    matrix = Rotation.from_euler("YXZ", turn).as_matrix()
    pivot = np.array(head.pivot)
    turned = head.mesh.with_vertices((head.mesh.vertices - pivot) @ matrix.T + pivot)
    frame = Frame.of(head.mesh.vertices)
    wanted = pixels(render_views(turned, TorchRenderer(), ("front",), 96, finish=film.finish, frame=frame))[0]
    assert np.abs((seen > 0.02) ^ (wanted > 0.02)).mean() < 0.004, "the same outline"
    straight = pixels(play(head, clip({}), TorchRenderer(), film))[0]
    assert np.abs((straight > 0.02) ^ (wanted > 0.02)).mean() > 0.03


def test_turns_go_to_the_subjects_left_and_down():
    left, down, _ = turns_of(clip({}, {}, {}, head=[[0.3, 0, 0], [0, 0.3, 0], [0, 0, 0.3]]), 0, 3)
    nose = np.array([0, 0, 1.0])
    assert (left @ nose)[0] > 0.2
    assert (down @ nose)[1] < -0.2


def test_a_frame_is_the_picture_of_its_pose(head):
    """With shade: a key pose gets its own, whatever else is in the clip."""
    pytest.importorskip("numba", reason="half a minute without it")
    from lego_renderers.numba_renderer import NumbaRenderer

    faces = clip({"jawOpen": 1.0}, {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}, {})
    film = Film("front", 96, Finish(supersample=1))
    seen = pixels(play(head, faces, NumbaRenderer(), film, None))
    frame = Frame.of(head.mesh.vertices)
    for picture, vertices in zip(seen, head.posed(faces.values), strict=True):
        still = head.mesh.with_vertices(vertices)
        wanted = pixels(render_views(still, NumbaRenderer(), ("front",), 96, finish=film.finish, frame=frame))[0]
        assert np.abs(picture - wanted).mean() < 0.004


def test_the_mouth_opens_in_the_lower_half_and_nowhere_else(head):
    seen = pixels(play(head, clip({}, {"jawOpen": 1.0}), TorchRenderer(), Film("front", 96, QUICK)))
    changed = np.abs(seen[1] - seen[0]).max(2) > 0.1
    assert changed[48:].sum() > 100
    assert changed[:40].sum() == 0


def test_key_poses_begin_near_rest_and_are_unlike_each_other():
    values = np.repeat(np.eye(4), 25, axis=0) * np.tile(np.linspace(0.1, 1, 25), 4)[:, None]
    chosen = key_poses(values, 5)
    assert len(set(chosen)) == 5
    assert np.linalg.norm(values[chosen[0]]) == pytest.approx(0.1)
    assert {int(values[k].argmax()) for k in chosen[1:]} == {0, 1, 2, 3}, "each direction at its strongest"
    assert key_poses(np.zeros((9, 4)), 5) == [0], "a still take has one"


def test_frames_are_written_together_or_not_at_all(tmp_path):
    picture, folder = Image.new("RGB", (4, 4)), tmp_path / "take"

    def broken():
        yield picture
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_frames(broken(), folder)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    write_frames([picture] * 5, folder)
    (folder / "notes.png").write_bytes(b"mine")
    write_frames([picture] * 2, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["0000.png", "0001.png", "notes.png"]


def test_resampling_keeps_duration_and_values():
    take = clip({"jawOpen": 0.0}, {"jawOpen": 1.0}, {"jawOpen": 0.0}, head=[[0, 0, 0], [0.2, 0, 0], [0, 0, 0]])
    jaw = ARKIT.index("jawOpen")
    fine = resampled(take, 100.0)
    assert len(fine.times) == 21
    assert fine.times[-1] == pytest.approx(0.2)
    assert fine.values[:, jaw].max() == pytest.approx(1.0)
    assert fine.values[5, jaw] == pytest.approx(0.5)
    assert fine.head[10, 0] == pytest.approx(0.2)
    one = resampled(clip({"jawOpen": 0.4}), 25.0)
    assert len(one.times) == 1
    assert one.values[0, jaw] == pytest.approx(0.4)
