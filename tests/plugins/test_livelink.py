"""Live Link Face: recordings as they were made, in every layout that is out there, whole and with gaps."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from drivers_expected import FPS, FRAMES, arkit, sound
from performances import live_link_csv, performance, timecode

from lego_cli.animating.tracks import read_track
from lego_cli.api import LegoError
from lego_drivers.timecode import seconds_of


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
