"""Drivers: what people really have is read right, and what is damaged is mended and told, or refused in two lines."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from drivers_expected import FRAMES, arkit, sound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from performances import live_link_csv, performance

from lego_cli.animating.track_file import write_track
from lego_cli.animating.tracks import read_track
from lego_cli.api import ARKIT, LegoError, Track


def python_results(values, head):
    return [
        [[{"category_name": n, "score": s, "index": i, "display_name": ""} for i, (n, s) in enumerate(row)]]
        for row in values
    ]


def python_objects(values, head):
    matrices = [rotation(angles) for angles in head]
    return [
        {
            "timestamp_ms": round(1000 * k / 30),
            "face_blendshapes": frame,
            "facial_transformation_matrixes": [m.tolist()],
        }
        for k, (frame, m) in enumerate(zip(python_results(values, head), matrices, strict=True))
    ]


def javascript(values, head):
    return {
        "frames": [
            {
                "timestamp": 1000 * k / 30,
                "faceBlendshapes": [{"categories": [{"categoryName": n, "score": s} for n, s in row], "headIndex": -1}],
                "facialTransformationMatrixes": [{"rows": 4, "columns": 4, "data": rotation(h).T.ravel().tolist()}],
            }
            for k, (row, h) in enumerate(zip(values, head, strict=True))
        ]
    }


def categories_alone(values, head):
    return [[{"categoryName": n, "score": s} for n, s in row] for row in values]


def dictionaries(values, head):
    return [{"time": k / 30, "blendshapes": dict(row)} for k, row in enumerate(values)]


def flat(values, head):
    return [dict(row) | {"timestamp_ms": k * 1000 / 30} for k, row in enumerate(values)]


def rotation(angles) -> np.ndarray:
    y, p, r = angles
    turn_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    turn_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = 1.1 * turn_y @ turn_x @ turn_z
    matrix[:3, 3] = 3, -2, -40
    return matrix


DUMPS = (python_results, python_objects, javascript, categories_alone, dictionaries, flat)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.__name__)
def test_mediapipe_results_as_people_dump_them(tmp_path, registry, dump):
    _, values, head = performance(1.0, 30)
    named = [
        [("_neutral", 0.0), *(p for p in zip(ARKIT, row.tolist(), strict=True) if p[0] != "tongueOut")]
        for row in values
    ]
    file = tmp_path / "take.json"
    file.write_text(json.dumps(dump(named, head)))
    track = read_track(file, registry)
    sound(track)
    assert (track.rig, track.notes) == ("mediapipe", ())
    np.testing.assert_allclose(arkit(track)[:, :51], values[:, :51], atol=1e-9)
    np.testing.assert_allclose(track.times, np.arange(30) / 30, atol=1e-3)
    if dump in (python_objects, javascript):
        np.testing.assert_allclose(track.head, head, atol=1e-9)


def test_mediapipe_frames_without_a_face_are_filled(tmp_path, registry):
    frames = flat([[(n, 0.1 * k) for n in ARKIT[:51]] for k in range(5)], None)
    frames[2] = {"timestamp_ms": 2000 / 30}
    file = tmp_path / "take.jsonl"
    file.write_text("\n".join(map(json.dumps, frames)))
    track = read_track(file, registry)
    np.testing.assert_allclose(track.values[:, 0], [0, 0.1, 0.2, 0.3, 0.4])
    assert "1 frames without values" in track.notes[0]


def test_mediapipe_tables_have_no_timecode(tmp_path, registry):
    file = tmp_path / "take.csv"
    rows = [f"{k},{k * 33.333:.3f}," + ",".join([f"{0.01 * k}"] * 51) for k in range(20)]
    file.write_text("\n".join(["frame,timestamp_ms," + ",".join(ARKIT[:51]), *rows]))
    track = read_track(file, registry)
    assert track.rig == "mediapipe"
    np.testing.assert_allclose(track.times, np.arange(20) / 30, atol=1e-3)


@pytest.mark.parametrize("names", ["arkit", "audio2face"])
def test_audio2face_exports(tmp_path, registry, names):
    controls = registry.get("rigs", names).controls
    weights = np.random.default_rng(1).uniform(0, 1, (40, len(controls))).round(4)
    data = {"exportFps": 25.0, "trackPath": "C:\\a.wav", "numPoses": len(controls), "numFrames": 41}
    file = tmp_path / "a2f.json"
    file.write_text(json.dumps(data | {"facsNames": list(controls)[::-1], "weightMat": weights.tolist()}))
    track = read_track(file, registry)
    sound(track)
    assert track.rig == names
    np.testing.assert_array_equal(track.values[:, list(track.controls).index(controls[0])], weights[:, -1])
    np.testing.assert_allclose(track.times, np.arange(40) / 25)
    assert track.notes == ("the file says 41 frames and has 40",)


@pytest.mark.parametrize("suffix", [".npz", ".mat"])
@pytest.mark.parametrize("form", ["deca", "joints"])
def test_flame_codes(tmp_path, registry, suffix, form):
    rng = np.random.default_rng(2)
    exp, turn, jaw = rng.normal(0, 1, (12, 50)), rng.normal(0, 0.2, (12, 3)), rng.uniform(0, 0.3, (12, 3))
    arrays = {"exp": exp, "pose": np.hstack([turn, jaw]), "shape": np.zeros((12, 100)), "cam": np.zeros((12, 3))}
    if form == "joints":
        arrays = {"expr": exp, "jaw_pose": jaw[:, None], "rotation": turn, "fps": np.array(25.0)}
    file = tmp_path / f"codes{suffix}"
    if suffix == ".npz":
        np.savez(file, **arrays)
    else:
        from scipy.io import savemat

        savemat(file, arrays)
    track = registry.get("drivers", "flame").read(file)
    sound(track)
    assert track.rig == "flame"
    assert track.controls == (*(f"exp_{k:03d}" for k in range(50)), "jaw_x", "jaw_y", "jaw_z")
    np.testing.assert_allclose(track.values, np.hstack([exp, jaw]), atol=1e-6)
    assert track.times[1] == pytest.approx(1 / (25 if form == "joints" else 30))
    from scipy.spatial.transform import Rotation

    again = [rotation(angles)[:3, :3] / 1.1 for angles in track.head]
    np.testing.assert_allclose(again, Rotation.from_rotvec(turn).as_matrix(), atol=1e-6)


def test_codes_of_other_lengths_or_with_pickles_are_refused(tmp_path, registry):
    read = registry.get("drivers", "flame").read
    np.savez(tmp_path / "a.npz", exp=np.zeros((5, 50)), jaw=np.zeros((4, 3)))
    np.savez(tmp_path / "b.npz", exp=np.array([{"a": 1}], dtype=object))
    np.savez(tmp_path / "c.npz", shape=np.zeros((5, 50)))
    for name, match in (("a", "5 frames of exp"), ("b", "FLAME codes"), ("c", "no FLAME expression, but shape")):
        with pytest.raises(LegoError, match=match):
            read(tmp_path / f"{name}.npz")


def test_our_own_tracks_go_round(csv, tmp_path, registry):
    track = read_track(csv, registry)
    again = tmp_path / "track.json"
    for times in (track.times, np.sort(np.random.default_rng(3).uniform(0.1, 5, FRAMES))):
        uneven = Track(track.rig, track.controls, track.values, times - times[0], track.head)
        write_track(uneven, again, force=True)
        back = read_track(again, registry)
        assert (back.rig, back.controls) == (track.rig, track.controls)
        np.testing.assert_allclose(back.values, track.values, atol=1e-5)
        np.testing.assert_allclose(back.times, uneven.times, atol=1e-4)
        np.testing.assert_allclose(back.head, track.head, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "text", "say"),
    [
        ("a.csv", "", "no performance that a driver knows"),
        ("a.csv", "x,y\n1,2\n", "livelink"),
        ("a.csv", "Timecode,BlendShapeCount," + ",".join(ARKIT), "no frames"),
        ("a.csv", "Timecode,BlendShapeCount," + ",".join(ARKIT) + "\n0,0,", "no values of a face"),
        ("a.json", "{}", "audio2face"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": []}', "no frames"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": [[0.1], [0.2, 0.3]]}', "frame 2"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": [["x"]]}', "no numbers"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": [[0.1], ', "no JSON"),
        ("a.json", '{"format": "lego-track", "version": 2}', "version 2"),
        ("a.json", '{"format": "lego-track", "version": 1, "controls": ["a"], "values": [[1]]}', "fps"),
        ("a.json", '{"format": "lego-track", "version": 1, "fps": 30, "controls": ["a"], "values": [[1]]}', "none of"),
        ("a.json", '{"format":"lego-track","version":1,"rig":"nix","fps":30,"controls":["a"],"values":[[1]]}', "nix"),
        ("a.json", '["categoryName",' + "[" * 100_000, "nested"),
        ("a.json", '["categoryName"]', "no blend shapes"),
        ("a.npz", "PK\x03\x04 nothing", "FLAME codes"),
        ("a.mat", "MATLAB 5.0 nothing", "damaged"),
        ("a.bvh", "HIERARCHY", "no driver reads"),
    ],
)  # fmt: skip
def test_what_is_no_performance_is_refused_in_two_lines(tmp_path, registry, name, text, say):
    file = tmp_path / name
    file.write_text(text, encoding="latin-1")
    with pytest.raises(LegoError) as caught:
        read_track(file, registry)
    assert say in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint


def test_too_many_frames_are_refused_before_they_are_held(csv, registry, monkeypatch):
    monkeypatch.setattr("lego_drivers.source.MOST_VALUES", 1000)
    with pytest.raises(LegoError, match="too many"):
        read_track(csv, registry)
    monkeypatch.setattr("lego_drivers.source.MOST_BYTES", 1000)
    with pytest.raises(LegoError, match="too large"):
        read_track(csv, registry)


def _samples(folder: Path) -> dict[str, bytes]:
    _, values, head = performance(0.2, 30)
    named = [list(zip(ARKIT[:51], row.tolist(), strict=False)) for row in values.round(3)]
    track = Track("arkit", ARKIT, values.round(3), np.arange(len(values)) / 30, head)
    write_track(track, folder / "t.json", force=True)
    np.savez(folder / "c.npz", exp=np.zeros((4, 6)), pose=np.zeros((4, 6)))
    from scipy.io import savemat

    savemat(folder / "c.mat", {"exp": np.zeros((4, 6)), "pose": np.zeros((4, 6))})
    return {
        "x.csv": live_link_csv(folder / "x.csv", 0.1).read_bytes(),
        "a.json": json.dumps({"facsNames": ARKIT, "weightMat": values.round(3).tolist(), "exportFps": 30}).encode(),
        "m.json": json.dumps(javascript(named, head)).encode(),
        "t.json": (folder / "t.json").read_bytes(),
        "c.npz": (folder / "c.npz").read_bytes(),
        "c.mat": (folder / "c.mat").read_bytes(),
    }


JUNK = (
    b"",
    b",",
    b"\n",
    b"nan",
    b"1e999",
    b"-",
    b"null",
    b"[",
    b"}",
    b'"',
    b"\x00",
    b"\xff\xfe",
    b"9" * 400,
    b";",
    b":",
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_a_sound_track_or_an_error(tmp_path_factory, registry, data):
    folder = Path(tmp_path_factory.getbasetemp()) / "mutated"
    folder.mkdir(exist_ok=True)
    samples = test_a_damaged_file_is_a_sound_track_or_an_error.__dict__.setdefault("samples", _samples(folder))
    name = data.draw(st.sampled_from(sorted(samples)))
    content = bytearray(samples[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.sampled_from([0, 1, 3, 40, 1000])))
        content[start:end] = data.draw(st.sampled_from(JUNK))
    file = folder / name
    file.write_bytes(content)
    read = registry.get("drivers", "flame").read if name[0] == "c" else partial(read_track, registry=registry)
    with contextlib.suppress(LegoError):  # anything else would be a traceback on somebody's screen
        sound(read(file))
