"""Rigged glTF of other programs: it moves as its maker meant, and what is damaged is told in two lines."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from glb_files import chunks, foreign, glb, written
from rigged_heads import odd_head

from lego_cli.api import LegoError
from lego_cli.mesh.read import ReadLimits, read_mesh
from lego_cli.mesh.rigged_gltf import read_rigged
from lego_formats.glb import GlbExporter


def test_a_foreign_head_moves_as_its_maker_meant(tmp_path):
    head = read_rigged(foreign(tmp_path / "rpm.glb"))
    assert head.controls == ("jawOpen", "mouthSmile", "teethOnly")
    assert head.correctives == ()
    assert head.plain is None
    assert head.name == "rpm"
    assert head.mesh.groups == ("Wolf3D_Head", "Wolf3D_Teeth")
    np.testing.assert_allclose(head.pose, [0, 0.25, 0])
    np.testing.assert_allclose(head.pivot, [0, 2, 0], atol=1e-9)
    skin = [i for i in range(len(head.mesh.vertices)) if i in head.mesh.corner_vertex[:6]]
    assert len(skin) == 4, "lips that touch at rest and part in a shape stay two vertices"
    assert len(head.mesh.vertices) == 4 + 3, "the same two places of the teeth move together and are one"
    jaw = head.shapes[0][np.abs(head.shapes[0]).max(axis=1) > 0]
    np.testing.assert_allclose(jaw, [[1, 0, 0]], atol=1e-6)  # (0, 0, 0.5) turned by 90 degrees about y, twice as large
    smile = head.shapes[1][np.abs(head.shapes[1]).max(axis=1) > 0]
    np.testing.assert_allclose(smile, [[2, 0, 0]] * 2, atol=1e-6)  # skin and teeth


def test_every_interpolation_is_sampled_at_the_keys(tmp_path):
    (clip,) = read_rigged(foreign(tmp_path / "rpm.glb")).clips
    assert clip.name == "all kinds"
    np.testing.assert_allclose(clip.times, [0, 1, 2, 3])
    np.testing.assert_allclose(clip.values[:, 0], [0, 1, 0.5, 0], atol=1e-6)
    np.testing.assert_allclose(clip.values[:, 1], [0, 0.5, 0.75, 1], atol=1e-6)  # the skin's, not the teeth's
    np.testing.assert_allclose(clip.values[:, 2], [0.1, 0.1, 0.3, 0.3], atol=1e-6)
    np.testing.assert_allclose(clip.head, 0, atol=1e-6)


def test_cubic_splines_between_their_keys():
    """Against the definition: the cubic through both values with both slopes."""
    from lego_cli.mesh.gltf_sampler import Keys

    rng = np.random.default_rng(3)
    values = rng.normal(size=(2, 3, 1))
    keys = Keys(np.array([1.0, 3.0]), values, "CUBICSPLINE")
    at = np.linspace(1, 3, 9)
    (first, slope), (last, end) = values[0, 1:, 0], values[1, 1::-1, 0]
    system = np.array([[1, 1, 1, 1], [0, 1, 2, 3], [1, 3, 9, 27], [0, 1, 6, 27]])
    wanted = np.linalg.solve(system, [first, slope, last, end])
    np.testing.assert_allclose(keys.at(at)[:, 0], np.polyval(wanted[::-1], at), atol=1e-9)


def test_a_still_file_has_no_controls(tmp_path):
    GlbExporter().write(odd_head().mesh, tmp_path / "still.glb")
    head = read_rigged(tmp_path / "still.glb")
    assert (head.controls, head.clips, head.shapes.shape[0]) == ((), (), 0)
    assert len(read_mesh(tmp_path / "still.glb").vertices) == len(head.mesh.vertices)


def test_unnamed_and_doubled_targets_get_names(tmp_path):
    tree, binary = chunks(foreign(tmp_path / "a.glb"))
    tree["meshes"][0]["extras"]["targetNames"] = ["a", "a"]
    del tree["meshes"][1]["extras"]
    head = read_rigged(glb(tmp_path / "b.glb", tree, binary))
    assert head.controls == ("a", "a_2", "Wolf3D_Teeth_0", "Wolf3D_Teeth_1")


def test_only_scenes_hold_shapes(tmp_path):
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    with pytest.raises(LegoError, match="holds no shapes"):
        read_rigged(tmp_path / "a.obj")


WRONG = {
    "a shape of another length": lambda t: t["accessors"][0].update(count=3),
    "a sparse index out of range": lambda t: t["accessors"][0].update(count=2),
    "a shape that is not there": lambda t: t["meshes"][0]["primitives"][0]["targets"][0].update(POSITION=99),
    "keys without values": lambda t: t["animations"][0]["samplers"][0].update(output=3),
    "an unknown interpolation": lambda t: t["animations"][0]["samplers"][0].update(interpolation="MAGIC"),
    "a sampler that is not there": lambda t: t["animations"][0]["channels"][0].update(sampler=-7),
    "channels that are none": lambda t: t["animations"][0].update(channels=[3]),
    "more shapes than memory": lambda t: t["meshes"][0]["primitives"][0].update(targets=[{}] * 100),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_damaged_files_are_two_lines(what, tmp_path):
    tree, binary = chunks(foreign(tmp_path / "a.glb"))
    WRONG[what](tree)
    with pytest.raises(LegoError) as error:
        read_rigged(glb(tmp_path / "b.glb", tree, binary), ReadLimits(max_shape_numbers=1000))
    assert error.value.message
    assert error.value.hint
    assert "\n" not in error.value.message


def test_mutated_files_end_well(tmp_path):
    """Whatever bytes come, reading ends with a sound head or a LegoError."""
    sources = [written(odd_head(), tmp_path / "own.glb"), foreign(tmp_path / "other.glb")]
    rng = np.random.default_rng(11)
    outcomes = []
    for source in sources:
        data = source.read_bytes()
        length = 20 + struct.unpack_from("<I", data, 12)[0]
        for _ in range(150):
            changed = bytearray(data)
            for _ in range(rng.integers(1, 4)):
                at = int(rng.integers(12, length if rng.random() < 0.8 else len(data)))
                changed[at] = rng.integers(32, 127) if at < length else rng.integers(256)
            path = tmp_path / "mutated.glb"
            path.write_bytes(changed)
            outcomes.append(refusal(path))
    errors = [error for error in outcomes if error is not None]
    assert 0 < len(errors) < len(outcomes)
    assert all(error.message and error.hint and "\n" not in error.message + error.hint for error in errors)


def refusal(path: Path) -> LegoError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            head = read_rigged(path, ReadLimits(max_vertices=2000, max_shape_numbers=1_000_000))
    except LegoError as error:
        return error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}\n{path.read_bytes()!r}") from error
    assert np.isfinite(head.shapes).all()
    return None
