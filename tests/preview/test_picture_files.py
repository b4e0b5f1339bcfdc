"""Contact sheets, GIF, WebP and MP4: what is in the file, and what is not there when it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from lego_cli.api import ExitCode, LegoError
from lego_cli.preview import contact_sheet, write_animation, write_picture


def test_sheets_of_transparent_pictures_are_transparent() -> None:
    clear = Image.new("RGBA", (20, 20), (9, 9, 9, 0))
    assert contact_sheet([[("a", clear)]]).getpixel((2, 2))[3] == 0
    assert contact_sheet([[("a", clear), ("b", clear.convert("RGB"))]]).mode == "RGB"


def test_contact_sheet_holds_everything() -> None:
    red, blue = Image.new("RGB", (60, 40), (200, 0, 0)), Image.new("RGB", (60, 40), (0, 0, 200))
    sheet = contact_sheet([[("a", red), ("b" * 200, blue)], [("", red)]], title="two rows")
    colours = sheet.getcolors(maxcolors=1 << 20)
    counts = {colour: count for count, colour in colours}
    assert counts[(200, 0, 0)] == 2 * 60 * 40
    assert counts[(0, 0, 200)] == 60 * 40
    assert sheet.width < 60 * 2 + 40  # the long label is cut, not the page widened
    assert contact_sheet([]).size == (8, 8)


def frames(mode: str) -> list[Image.Image]:
    grid = np.linspace(0, 255, 64).astype(np.uint8)
    made = []
    for step in range(5):
        channels = [np.tile(grid, (64, 1)), np.tile(grid[:, None], (1, 64)), np.full((64, 64), 50 * step, np.uint8)]
        for channel in channels:
            channel[56:, 12 * step : 12 * step + 12] = 255  # a white mark that moves
        alpha = np.where(np.tile(grid, (64, 1)) > 40 * step, 255, 0).astype(np.uint8)
        made.append(Image.fromarray(np.stack([*channels, alpha], axis=-1), "RGBA").convert(mode))
    return made


def test_gif_has_one_palette(tmp_path: Path) -> None:
    """Palettes of their own make colours flicker and files twice as large."""
    path = tmp_path / "turn.gif"
    write_animation(frames("RGB"), path, fps=20)
    with Image.open(path) as image:
        assert image.n_frames == 5
        assert image.info["loop"] == 0
        assert image.info["duration"] == 50
    assert local_palettes(path.read_bytes()) == [False] * 5


def test_gif_does_not_flicker_where_nothing_moves(tmp_path: Path) -> None:
    """A soft background stays as it is while something passes before it."""
    shade = np.linspace(190, 240, 96)[:, None, None] + np.linspace(0, 12, 96)[None, :, None]
    still = np.broadcast_to(shade, (96, 96, 3)).round().astype(np.uint8)
    made = []
    for step in range(4):
        frame = still.copy()
        frame[20:50, 10 + 8 * step : 30 + 8 * step] = (170, 90, 60 + 20 * step)
        made.append(Image.fromarray(frame))
    path = tmp_path / "turn.gif"
    write_animation(made, path)
    with Image.open(path) as image:
        shown = np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]).astype(int)
    assert np.ptp(shown[:, 52:], axis=0).max() == 0
    assert np.abs(shown[:, 52:] - still[52:]).mean() < 5


def test_gif_keeps_the_colour_of_the_eyes(tmp_path: Path) -> None:
    """A small blue spot on a large face of many browns stays blue."""
    red = np.linspace(120, 240, 200)[:, None]
    skin = np.stack([red + 0 * red.T, 0.75 * red + 0.05 * red.T, 0.6 * red + 0.1 * red.T], axis=-1)
    skin[90:94, 90:94] = (80, 130, 160)
    path = tmp_path / "face.gif"
    write_animation([Image.fromarray(skin.clip(0, 255).astype(np.uint8))], path)
    with Image.open(path) as image:
        red_, _, blue = np.asarray(image.convert("RGB"))[91:93, 91:93].reshape(-1, 3).mean(0)
    assert blue > red_ + 50


def local_palettes(data: bytes) -> list[bool]:
    """For every frame of a GIF, whether it brings a palette of its own (blocks as in the GIF89a specification)."""
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    found = []
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            found.append(bool(data[at + 9] & 0x80))
            at += 11 + (3 * 2 ** ((data[at + 9] & 7) + 1) if found[-1] else 0)
        else:
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return found


def test_transparent_gif_and_webp(tmp_path: Path) -> None:
    for suffix in (".gif", ".webp"):
        path = tmp_path / f"turn{suffix}"
        write_animation(frames("RGBA"), path)
        with Image.open(path) as image:
            shown = [frame.convert("RGBA").getchannel("A") for frame in ImageSequence.Iterator(image)]
        assert len(shown) == 5
        assert shown[-1].getpixel((2, 30)) == 0
        assert shown[-1].getpixel((62, 30)) == 255


@pytest.fixture
def fake_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called ffmpeg that writes what it was given, command line first, to its last argument."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ffmpeg"
    program.write_text(f"#!{sys.executable}\nimport sys\nout = open(sys.argv[-1], 'wb')\n" + FAKE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return program


FAKE = "out.write((' '.join(sys.argv) + chr(10)).encode() + sys.stdin.buffer.read())\n"


def test_mp4_hands_every_frame_to_ffmpeg(tmp_path: Path, fake_ffmpeg: Path) -> None:
    path = tmp_path / "turn.mp4"
    write_animation((frame for frame in frames("RGB")), path, fps=24)
    command, _, data = path.read_bytes().partition(b"\n")
    assert b"-s 64x64 -r 24 " in command
    assert data == b"".join(frame.tobytes() for frame in frames("RGB"))


def test_mp4_without_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LegoError, match="ffmpeg") as caught:
        write_animation(frames("RGB"), tmp_path / "turn.mp4")
    assert caught.value.code == ExitCode.MISSING
    assert list(tmp_path.iterdir()) == []


def test_mp4_that_ffmpeg_cannot_write(tmp_path: Path, fake_ffmpeg: Path) -> None:
    """What ffmpeg says last is the error, and nothing is left behind."""
    fake_ffmpeg.write_text(
        f"#!{sys.executable}\nimport sys\nprint('hm', 'no encoder', sep=chr(10), file=sys.stderr)\nsys.exit(8)\n"
    )
    with pytest.raises(LegoError, match="ffmpeg failed: no encoder"):
        write_animation(frames("RGB"), tmp_path / "turn.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_wrong_suffix_leaves_nothing(tmp_path: Path) -> None:
    picture = Image.new("RGB", (8, 8))
    with pytest.raises(LegoError, match="tiff"):
        write_picture(picture, tmp_path / "a.tiff")
    with pytest.raises(LegoError, match="png"):
        write_animation([picture], tmp_path / "a.png")
    with pytest.raises(LegoError, match="at least one frame"):
        write_animation([], tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []
    write_picture(picture, tmp_path / "a.jpg")
    assert Image.open(tmp_path / "a.jpg").size == (8, 8)
