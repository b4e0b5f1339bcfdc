"""Performances made to hurt: too much of something, numbers beyond numbers, clocks that run for centuries."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
import warnings

import numpy as np
import pytest
from drivers_expected import sound

from lego_cli.animating.tracks import read_track
from lego_cli.api import ARKIT, LegoError
from lego_drivers.csv_table import read_csv
from lego_drivers.lego_track import TrackDriver

HEAD = "Timecode,BlendShapeCount," + ",".join(ARKIT) + "\n"
MB = 1 << 20


@pytest.fixture(autouse=True)
def no_warnings():
    """What is not right is told by the track's notes, not by numpy."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


LARGE = {
    "one line.csv": HEAD + "1," * (20 * MB),
    "a million columns.csv": HEAD.strip() + ",x" * 10**6 + "\n" + "1," * 10**6,
    "empty lines.csv": HEAD + "\n" * (40 * MB),
    "carriage returns.csv": HEAD + "\r" * (40 * MB),
    "short lines.csv": HEAD + "1\n" * (20 * MB),
    "lines of commas.csv": HEAD + ("," * 53 + "\n") * 900_000,
    "quotes.csv": HEAD + '"' * (40 * MB),
    "NULs.csv": HEAD + "\0" * (40 * MB),
    "words.csv": HEAD + ("x," * 53 + "x\n") * 300_000,
    "brackets.json": '["categoryName",' + "[" * (20 * MB),
    "lists.json": '["categoryName",' + "[]," * (10 * MB) + "[]]",
    "tables.json": '["categoryName",' + "{}," * (10 * MB) + "{}]",
    "texts.json": '["categoryName",' + '"",' * (20 * MB) + '""]',
    "numbers.json": '{"facsNames":["jawOpen"],"weightMat":[' + "1," * (24 * MB) + "1]}",
    "lines.jsonl": '"categoryName"\n' + "{}\n" * (10 * MB),
    "lists in lines.jsonl": ('"categoryName"\n' + "[" + "[]," * 99_999 + "[]]\n") * 100,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_without_a_performance_is_refused_within_bounds(tmp_path, registry, name):
    file = tmp_path / name
    file.write_text(LARGE[name])
    tracemalloc.start()
    try:
        with pytest.raises(LegoError) as caught:
            read_track(file, registry)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 700 * MB
    assert len(caught.value.message) < 300


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "cp1252"])
def test_letters_of_large_files_take_a_byte_each(tmp_path, registry, coding):
    """One letter that takes four bytes makes all letters of a text do so."""
    wide = "\N{EURO SIGN}" if coding == "cp1252" else "\N{SKULL}"
    rows = "".join(f"{k / 60:.4f},61," + "0.123456789012," * 51 + "0.5\n" for k in range(24_000))
    (tmp_path / "a.csv").write_bytes((HEAD + rows + f"400,{wide}\n").encode(coding))
    tracemalloc.start()
    try:
        track = read_track(tmp_path / "a.csv", registry)
        assert tracemalloc.get_traced_memory()[1] < 300 * MB
    finally:
        tracemalloc.stop()
    assert len(track.times) == 24_001
    sound(track)


def test_letters_of_small_files_are_kept(tmp_path, registry):
    (tmp_path / "a.csv").write_text("Timecode,\N{SNOWMAN}," + ",".join(ARKIT) + "\n0,1" + ",0.5" * 52, encoding="utf-8")
    assert any("\N{SNOWMAN}" in note for note in read_track(tmp_path / "a.csv", registry).notes)


def own(**changed) -> str:
    fields = {
        "format": "lego-track",
        "version": 1,
        "fps": 30,
        "controls": ["jawOpen", "mouthLeft"],
        "values": [[0, 1]] * 3,
    }
    return json.dumps({key: value for key, value in (fields | changed).items() if value is not None})


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = {"faces": value}
    return value


OWN = {
    "fps": [1e-300, -1, 1e300, 10**300, "30", "1e5", [30], True, float("nan"), float("inf"), 0.0001],
    "times": [[0, 1, 1e9], [0, 1, {}], [[0], [1], [2]], "012", [0, 1, 10**400], [0, 20000, 40000]],
    "values": [
        [[1, 2, 3]],
        [[[1, 2], [3, 4]]],
        [[10**400, 1]],
        [["a", "b"]],
        [{"a": 1, "b": 2}],
        5,
        [],
        [[None, None]],
    ],
    "controls": [["x" * 5000, "y"], [f"c{k}" for k in range(5000)], [1, 2], [["a"], ["b"]]],
    "rig": ["x" * 5000, 3, [], {}],
    "version": [nested(900), 10**300, None, "1", [1]],
    "head": [[[0, 0, [1]]] * 3, [[0, 0, 10**400]] * 3, "abc", [[0, 0]] * 3],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in OWN.items() for value in values], ids=str)
def test_a_track_of_impossible_values_is_refused(tmp_path, registry, key, value):
    (tmp_path / "a.json").write_text(own(**({"fps": None} if key == "times" else {}), **{key: value}))
    with pytest.raises(LegoError) as caught:
        read_track(tmp_path / "a.json", registry)
    assert len(caught.value.message) < 300


def test_numbers_beyond_all_bounds_are_missing_numbers(tmp_path, registry):
    text = own(values=[[0, 0.5], [1e300, float("-inf")], [1, 0.5]], head=[[0, 0, 0], [1e300, 0, 0], [90, 0, 0]])
    (tmp_path / "a.json").write_text(text.replace("1e+300", "1e400"))
    track = read_track(tmp_path / "a.json", registry)
    np.testing.assert_allclose(track.values, [[0, 0.5], [0.5, 0.5], [1, 0.5]])
    np.testing.assert_allclose(track.head[:, 0], np.radians([0, 45, 90]))


def frame(**others) -> dict:
    return {"blendshapes": dict.fromkeys(ARKIT[:9], 0.5), **others}


MEDIAPIPE = {
    "a score of 400 figures": [frame(blendshapes=dict.fromkeys(ARKIT[:9], 0.5) | {ARKIT[10]: 10**400})],
    "a clock of 400 figures": [frame(timestamp_ms=10**400), frame(timestamp_ms=33)],
    "a clock at the end of time": [frame(timestamp=1e308), frame(timestamp=-1e308), frame(timestamp=1)],
    "a matrix of 400 figures": [frame(matrix=[10**400] * 16)],
    "a matrix at the end of space": [frame(matrix=[1e308] * 16), frame(matrix=[0] * 16)],
    "a matrix of lists": [frame(matrix=[[[[1]]]] * 16)],
    "frames a second": {"fps": 1e-300, "frames": [frame(), frame()]},
    "faces in faces": [frame(), {"faces": nested(900)}],
    "lists in lists": [frame(), [[[[[[[[[[[[1]]]]]]]]]]]]],
}


@pytest.mark.parametrize("name", MEDIAPIPE)
def test_results_with_impossible_numbers_are_sound_or_refused(tmp_path, registry, name):
    (tmp_path / "a.json").write_text(json.dumps(MEDIAPIPE[name]))
    sound(registry.get("drivers", "mediapipe").read(tmp_path / "a.json"))


CELLS = ("1e400", "-1e308", "nan", "inf", "9" * 400, "1" * 200_000, '"', '""', "\x1b[2J", "0x10", "1_0", "１", "-", "")
CODES = (
    "99:99:99:99",
    "9999:59:59:9999.999999999999",
    "0:0:0;0",
    "1:2:3",
    "9" * 400 + ":0:0:0",
    "1e400",
    "-5",
    "00:00:00:00.-1",
)


@pytest.mark.parametrize("cell", [*CELLS, *CODES])
@pytest.mark.parametrize("place", [0, 1, 2, 30])
def test_a_cell_of_any_kind_is_a_gap(tmp_path, registry, cell, place):
    rows = [[f"00:00:0{k}:00.000", "52", *["0.5"] * 52] for k in range(6)]
    rows[3][place] = cell
    (tmp_path / "a.csv").write_text(HEAD + "\n".join(",".join(row) for row in rows), encoding="utf-8")
    with contextlib.suppress(LegoError):  # a clock may run for hours
        sound(read_track(tmp_path / "a.csv", registry))


@pytest.mark.parametrize("step", [1e-300, 1e-12, 1e-6])
def test_frames_that_no_camera_takes_have_no_times(tmp_path, registry, step):
    """A rate of them would be written as no number, or as one that is not read again."""
    (tmp_path / "a.json").write_text(own(times=[0, step, 2 * step], fps=None))
    track = read_track(tmp_path / "a.json", registry)
    np.testing.assert_allclose(track.times, [0, 1 / 60, 2 / 60])
    assert any("no usable times" in note for note in track.notes)


def test_a_clock_that_runs_for_a_year_is_refused(tmp_path, registry):
    rows = "".join(f"{t},52" + ",0.5" * 52 + "\n" for t in (0, 1, 31e6))
    (tmp_path / "a.csv").write_text(HEAD + rows)
    with pytest.raises(LegoError, match="hours"):
        read_track(tmp_path / "a.csv", registry)


CODES_OF_ANY_KIND = {
    "text": np.array("x"),
    "texts": np.array(["a", "b"]),
    "complex": np.array([1j]),
    "truth": np.array([True]),
    "one": np.array(3.0),
    "none": np.zeros((0, 3)),
    "large": np.full((4, 6), 1e308),
    "no numbers": np.full((4, 6), np.nan),
    "deep": np.zeros((2, 2, 2, 2)),
    "one large": np.array(1e308),
    "half": np.full((4, 3), 6e4, np.float16),
    "whole": np.full((4, 3), -(2**63)),
}


@pytest.mark.parametrize("key", ["exp", "jaw", "pose", "fps", "rotation", "neck", "eyes"])
@pytest.mark.parametrize("value", CODES_OF_ANY_KIND.values(), ids=CODES_OF_ANY_KIND)
def test_codes_of_any_kind_are_sound_or_refused(tmp_path, registry, key, value):
    np.savez(tmp_path / "a.npz", **({"exp": np.ones((4, 6)), "pose": np.zeros((4, 6))} | {key: value}))
    with contextlib.suppress(LegoError):
        sound(registry.get("drivers", "flame").read(tmp_path / "a.npz"))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_names_of_any_script_stay_in_large_files(tmp_path, registry, suffix):
    """VRM and MMD rigs speak Japanese."""
    names = ["まばたき", "びっくり", "😀", *ARKIT[:40]]
    row = [0.123456789012] * len(names)
    path = tmp_path / f"long{suffix}"
    if suffix == ".csv":
        lines = [",".join(names), *[",".join(map(str, row))] * 30_000]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        table = {"format": "lego-track", "version": 1, "rig": "nobody", "fps": 60, "controls": names}
        path.write_text(json.dumps(table | {"values": [row] * 30_000}, ensure_ascii=False), encoding="utf-8")
    assert path.stat().st_size > 17_000_000
    read = read_csv(path).columns if suffix == ".csv" else TrackDriver().read(path).controls
    assert list(read) == names
