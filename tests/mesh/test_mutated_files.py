"""Whatever bytes come, reading ends with a sound mesh or with a LegoError."""

from __future__ import annotations

import warnings
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest

from lego_cli.api import LegoError
from lego_cli.mesh.components import mesh_report
from lego_cli.mesh.read import ReadLimits, read_mesh

MUTATIONS = 100  # of each kind of file; a fixed number, so that every machine sees the same files
NAMES = ["cube.obj", "cube.ply", "cube.stl", "cube.glb", "cube.off", "ascii.ply", "ascii.stl", "ascii.off", "tri.glb"]
WORDS = [b"-1", b"0", b"nan", b"1e999", b"4294967295", b"99999999999999999999", b"/", b"\\\n", b"\r", b"\xff" * 4, b" ",
         b"v", b"f 1 2 3\n", b"#", b"[]", b"null", b"{}", b"1e308", b"\0\0\0\0", b"\0\0\x80\x7f", b"solid",
         b"_"]  # fmt: skip


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """``data`` with a few bytes changed, parts cut out, doubled, or replaced by something nasty."""
    for _ in range(rng.integers(1, 4)):
        at, end = sorted(rng.integers(0, len(data) + 1, 2).tolist())
        end = min(end, at + int(rng.integers(1, 40)))
        kind = rng.integers(6)
        if kind == 0:
            data = data[:at] + bytes([rng.integers(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[end:]
        elif kind == 2:
            data = data[:end] + data[at:]
        elif kind == 3:
            data = data[:at]
        elif kind == 4:
            data = data[:at] + WORDS[rng.integers(len(WORDS))] + data[end:]
        else:
            data = data[:at] + WORDS[rng.integers(len(WORDS))] + data[at:]
    return data


def refusal(path: Path) -> LegoError | None:
    """The error that reading ends with, None for a sound mesh; all else is raised with the bytes that led to it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a warning on the terminal is as bad as a trace
            mesh_report(read_mesh(path, ReadLimits(max_vertices=1000)))
    except LegoError as error:
        return error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}\n{path.read_bytes()!r}") from error
    return None


@pytest.mark.parametrize("name", NAMES)
def test_mutations_of_sound_files(name, tmp_path):
    data = samples.every_format(tmp_path)[name]
    rng = np.random.default_rng(7)
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path) is None
    outcomes = []
    for _ in range(MUTATIONS):
        path.write_bytes(mutated(data, rng))
        outcomes.append(refusal(path))
    errors = [error for error in outcomes if error is not None]
    assert errors
    assert all(error.message and error.hint and "\n" not in error.message + error.hint for error in errors)
