"""Drivers: what people really have is read right, and what is damaged is mended and told, or refused in two lines."""

from __future__ import annotations

import contextlib
import json
import math
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from performances import live_link_csv, performance, timecode

from lego_cli.animating.track_file import write_track
from lego_cli.animating.tracks import read_track
from lego_cli.api import ARKIT, LegoError, Track
from lego_cli.plugins import load_plugins
from lego_cli.registry import Registry
from lego_drivers.timecode import seconds_of

FRAMES, FPS = 90, 60.0


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins(third_party=False).registry


@pytest.fixture
def csv(tmp_path) -> Path:
    return live_link_csv(tmp_path / "take.csv", FRAMES / FPS)


def sound(track: Track) -> None:
    """What every track promises to those who use it."""
    assert track.values.shape == (len(track.times), len(track.controls))
    assert len(track.times) >= 1
    assert np.isfinite(track.values).all()
    assert track.times[0] == 0
    assert (np.diff(track.times) > 0).all()
    assert track.head is None or (track.head.shape == (len(track.times), 3) and np.isfinite(track.head).all())


def arkit(track: Track) -> np.ndarray:
    """(T, 52) in ARKit's order, 0 for what the track lacks."""
    columns = {name.casefold(): column for name, column in zip(track.controls, track.values.T, strict=True)}
    return np.stack([columns.get(name.casefold(), np.zeros(len(track.times))) for name in ARKIT], axis=1)


# --- Live Link Face -------------------------------------------------------------------------------------------------


def test_a_recording_is_read_as_it_was_made(csv, registry):
    track = read_track(csv, registry)
    times, values, head = performance(FRAMES / FPS)
    sound(track)
    assert (track.rig, track.notes) == ("livelink", ())
    np.testing.assert_allclose(arkit(track), values, atol=1e-7)
    np.testing.assert_allclose(track.times, times, atol=1e-6)
    np.testing.assert_allclose(track.head, head, atol=1e-7)


def camel_case(lines):
    return [",".join(name[0].lower() + name[1:] for name in lines[0].split(",")), *lines[1:]]


def columns_reversed(lines):
    return [",".join(line.split(",")[::-1]) for line in lines]


def other_count(lines):
    return [lines[0].replace("BlendShapeCount", "BlendshapeCount"), *lines[1:]]


def semicolons(lines):
    return [line.replace(",", ";") for line in lines]


def decimal_commas(lines):
    return [lines[0].replace(",", ";"), *(line.replace(",", ";").replace(".", ",") for line in lines[1:])]


def tabs(lines):
    return [line.replace(",", "\t") for line in lines]


def quoted(lines):
    return [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]


def excel(lines):
    return ["sep=,", *lines, "", ""]


def percent(lines):
    rows = [line.split(",") for line in lines[1:]]
    return [lines[0], *(",".join([*r[:2], *(f"{100 * float(x):.6f}" for x in r[2:54]), *r[54:]]) for r in rows)]


def degrees(lines):
    rows = [line.split(",") for line in lines[1:]]
    return [lines[0], *(",".join([*r[:54], *(str(math.degrees(float(x))) for x in r[54:])]) for r in rows)]


def seconds_and_node_names(lines):
    """As Audio2Face's service writes its frames."""
    rows = [line.split(",", 1)[1] for line in lines[1:]]
    names = ["timeCode", "BlendShapeCount", *(f"blendShapes.{name}" for name in lines[0].split(",")[2:])]
    return [",".join(names), *(f"{k / 60:.6f},{row}" for k, row in enumerate(rows))]


LAYOUTS = (
    seconds_and_node_names,
    camel_case,
    columns_reversed,
    other_count,
    semicolons,
    decimal_commas,
    tabs,
    quoted,
    excel,
    percent,
    degrees,
)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_layouts_that_are_out_there_mean_the_same(csv, registry, layout, encoding):
    want = read_track(csv, registry)
    csv.write_text("\r\n".join(layout(csv.read_text().splitlines())), encoding=encoding)
    track = read_track(csv, registry)
    np.testing.assert_allclose(arkit(track), arkit(want), atol=1e-6)
    np.testing.assert_allclose(track.times, want.times, atol=1e-4)
    np.testing.assert_allclose(track.head, want.head, atol=1e-5)


def test_gaps_are_filled_from_their_neighbours_and_told(csv, registry):
    want = read_track(csv, registry)
    lines = csv.read_text().splitlines()
    for number, text in ((10, ""), (20, "NaN"), (30, "oops")):
        cells = lines[number].split(",")
        cells[20] = text
        lines[number] = ",".join(cells)
    lines[40] = lines[40].split(",")[0] + ",0"  # what the app writes when it loses the face
    csv.write_text("\n".join(lines))
    track = read_track(csv, registry)
    sound(track)
    assert {
        "3 missing values, filled from their neighbours",
        "1 frames without values, filled from their neighbours",
    } <= {*track.notes}
    between = (arkit(want)[[8, 18, 28, 38]] + arkit(want)[[10, 20, 30, 40]]) / 2
    np.testing.assert_allclose(arkit(track)[39], between[3], atol=1e-7)
    np.testing.assert_allclose(arkit(track)[[9, 19, 29]].max(0), between[:3].max(0), atol=0.2)


def test_frames_dropped_doubled_and_out_of_order(csv, registry):
    want = read_track(csv, registry)
    lines = csv.read_text().splitlines()
    del lines[50:60]
    lines.insert(30, lines[29])
    lines[10], lines[11] = lines[11], lines[10]
    csv.write_text("\n".join(lines))
    track = read_track(csv, registry)
    sound(track)
    kept = np.delete(np.arange(FRAMES), np.arange(49, 59))
    np.testing.assert_allclose(track.times, want.times[kept], atol=1e-6)
    np.testing.assert_allclose(arkit(track), arkit(want)[kept])
    assert len(track.notes) == 2


def test_unknown_columns_are_told_and_a_double_one_is_an_error(csv, registry):
    lines = csv.read_text().splitlines()
    csv.write_text("\n".join([lines[0] + ",Wobble", *(line + ",1" for line in lines[1:])]))
    assert any("Wobble" in note for note in read_track(csv, registry).notes)
    csv.write_text("\n".join([lines[0] + ",jaw_open", *(line + ",1" for line in lines[1:])]))
    with pytest.raises(LegoError, match="jaw_open"):
        read_track(csv, registry)


def test_times_that_are_of_no_use_become_rows(csv, registry):
    lines = csv.read_text().splitlines()
    csv.write_text("\n".join([lines[0], *("00:00:00:00.000," + line.split(",", 1)[1] for line in lines[1:])]))
    track = read_track(csv, registry)
    np.testing.assert_allclose(track.times, np.arange(FRAMES) / 60)
    assert "60 frames a second" in " ".join(track.notes)


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_timecodes_pass_midnight_at_any_rate(fps):
    true = 86398.0 + np.arange(4 * fps) / fps
    seconds, rate = seconds_of([timecode(t % 86400, fps) for t in true])
    assert rate == fps
    np.testing.assert_allclose(seconds - seconds[0], true - true[0], atol=1e-4)


def test_drop_frame_timecodes_keep_the_clock():
    codes = ["00:00:59;29", "00:01:00;02", "00:09:59;29", "00:10:00;00", "01:00:00;00"]
    seconds, rate = seconds_of(codes)
    assert rate == 30
    np.testing.assert_allclose(np.diff(seconds)[[0, 2]], 1.001 / 30)
    assert abs(seconds[-1] - 3600) < 0.01


def test_a_hundred_thousand_frames_are_quick(tmp_path, registry):
    lines = live_link_csv(tmp_path / "a.csv", 1.0).read_text().splitlines()
    rows = [line.split(",", 1)[1] for line in lines[1:]]
    big = tmp_path / "big.csv"
    big.write_text("\n".join([lines[0], *(f"{timecode(i / 60)},{rows[i % 60]}" for i in range(100_000))]))
    start = time.process_time()
    track = read_track(big, registry)
    assert time.process_time() - start < 6  # 1.7 s on an idle core
    assert len(track.times) == 100_000
    assert track.times[-1] == pytest.approx(99_999 / 60, abs=1e-3)


# --- the others -----------------------------------------------------------------------------------------------------


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


# --- what is damaged ------------------------------------------------------------------------------------------------


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
