"""What is embedded in a scene's text: files in base64 of any size, told from other text."""

from __future__ import annotations

import base64
import json

import mesh_samples as samples
import numpy as np
import pytest

from lego_cli.api import LegoError
from lego_cli.mesh import gltf_container, gltf_json
from lego_cli.mesh.gltf_json import embedded_bytes, read_gltf_json
from lego_cli.mesh.limits import ReadLimits
from lego_cli.mesh.read import read_mesh

CONTENT = bytes(range(256)) * 3
ADDRESS = "data:application/octet-stream;base64," + base64.b64encode(CONTENT).decode()


def opened(text: str) -> tuple[dict, gltf_json.Embedded]:
    return read_gltf_json("a.gltf", memoryview(text.encode()))


@pytest.mark.parametrize("written", [json.dumps, lambda address: json.dumps(address).replace("/", r"\/")])
def test_a_file_in_the_text_is_found_by_its_address(written):
    tree, embedded = opened(f'{{"a": {written(ADDRESS)}, "b": [ {written(ADDRESS)} ], "c": "data:,short"}}')
    assert len(embedded) == 2
    assert embedded_bytes(embedded, tree["a"]) == embedded_bytes(embedded, tree["b"][0]) == CONTENT
    assert tree["c"] == "data:,short"
    assert len(tree["a"]) < 40, "the text itself is not copied"


def test_what_merely_looks_like_an_address_stays():
    names = ['say "' + ADDRESS + '"', "\\", ADDRESS[5:], 'x\\"' + ADDRESS]
    tree, embedded = opened(json.dumps({"names": names, "real": ADDRESS}))
    assert tree["names"] == names
    assert embedded_bytes(embedded, tree["real"]) == CONTENT
    assert len(embedded) == 1


@pytest.mark.parametrize("address", ["data:;base64,@@@@", "data:;base64", "data:;base64,é"])
@pytest.mark.parametrize("behind", ["", "A" * 100])
def test_what_is_no_base64_is_an_error(address, behind):
    tree, embedded = opened(json.dumps({"a": address + "!" + behind}, ensure_ascii=False))
    if "," in address:
        with pytest.raises(ValueError, match=r"base64|ascii"):
            embedded_bytes(embedded, tree["a"])
    else:
        assert embedded_bytes(embedded, tree["a"]) == b""


def test_text_and_values_have_bounds(monkeypatch):
    monkeypatch.setattr(gltf_json, "MOST_TEXT", 5000)
    opened(json.dumps({"a": ADDRESS * 10}))  # what is embedded is not counted
    with pytest.raises(LegoError, match="its JSON has 0 MB"):
        opened(json.dumps({"a": "x" * 6000}))
    monkeypatch.setattr(gltf_json, "MOST_MEMORY", 100_000)
    with pytest.raises(LegoError, match="too many values to hold"):
        opened(json.dumps({"a": [{}] * 600}))


def scene(buffers: list[dict]) -> str:
    tree, _ = samples.triangle_tree(buffers=buffers)
    return json.dumps(tree)


def test_buffers_are_read_once_and_have_a_bound_together(tmp_path, monkeypatch):
    _, binary = samples.triangle_tree()
    (tmp_path / "a.bin").write_bytes(binary + bytes(2000))
    many = [{"byteLength": 42, "uri": "a.bin"}] * 50
    (tmp_path / "a.gltf").write_text(scene(many))
    limits = ReadLimits(max_bytes=6000)
    assert len(read_mesh(tmp_path / "a.gltf", limits).vertices) == 3
    (tmp_path / "b.bin").write_bytes(bytes(5000))
    (tmp_path / "a.gltf").write_text(scene([*many, {"byteLength": 42, "uri": "b.bin"}]))
    with pytest.raises(LegoError, match="with its buffers has"):
        read_mesh(tmp_path / "a.gltf", limits)


def test_a_scene_cannot_ask_for_the_same_bytes_without_end(tmp_path, monkeypatch):
    tree, binary = samples.triangle_tree()
    tree["meshes"] = [{"primitives": tree["meshes"][0]["primitives"] * 100}]
    (tmp_path / "a.glb").write_bytes(samples.glb(tree, binary))
    assert len(read_mesh(tmp_path / "a.glb").face_sizes) == 100
    monkeypatch.setattr(gltf_container, "MOST_NUMBERS", 900)
    with pytest.raises(LegoError, match="asks for more than 900 numbers"):
        read_mesh(tmp_path / "a.glb")


def test_chunks_of_a_glb_end(tmp_path):
    tree, binary = samples.triangle_tree()
    data = samples.glb(tree, binary)
    more = data + b"\0\0\0\0XXXX" * 50
    (tmp_path / "a.glb").write_bytes(more[:8] + len(more).to_bytes(4, "little") + more[12:])
    assert len(read_mesh(tmp_path / "a.glb").vertices) == 3
    more = data + b"\0\0\0\0XXXX" * 200
    (tmp_path / "a.glb").write_bytes(more[:8] + len(more).to_bytes(4, "little") + more[12:])
    with pytest.raises(LegoError, match="more than 100 chunks"):
        read_mesh(tmp_path / "a.glb")


def test_a_skin_moves_vertices_the_same_in_batches(tmp_path, monkeypatch):
    """Each vertex has a matrix of its own: they are mixed some at a time."""
    rng = np.random.default_rng(0)
    positions, weights = rng.random((50, 3)).astype("<f4"), rng.random((50, 4)).astype("<f4")
    joints = rng.integers(0, 3, (50, 4)).astype("<u2")
    parts = [positions, np.roll(positions, 1, axis=1), weights, joints]
    views, at = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": part.nbytes})
        at += part.nbytes
    kinds = [("VEC3", 5126), ("VEC3", 5126), ("VEC4", 5126), ("VEC4", 5123)]
    names = dict(zip(("POSITION", "NORMAL", "WEIGHTS_0", "JOINTS_0"), range(4), strict=True))
    tree = {
        "asset": {"version": "2.0"}, "buffers": [{"byteLength": at}], "bufferViews": views,
        "accessors": [
            {"bufferView": k, "componentType": code, "count": 50, "type": kind} for k, (kind, code) in enumerate(kinds)
        ],
        "nodes": [{"mesh": 0, "skin": 0}, {"scale": [2, 1, 1]}, {"translation": [0, 5, 0]}, {"rotation": [1, 0, 0, 1]}],
        "skins": [{"joints": [1, 2, 3]}],
        "meshes": [{"primitives": [{"attributes": names, "mode": 0}]}],
    }  # fmt: skip
    (tmp_path / "a.glb").write_bytes(samples.glb(tree, b"".join(part.tobytes() for part in parts)))
    whole = read_mesh(tmp_path / "a.glb")
    monkeypatch.setattr("lego_cli.mesh.gltf_carrier._AT_ONCE", 7)
    np.testing.assert_array_equal(read_mesh(tmp_path / "a.glb").vertices, whole.vertices)
    assert np.ptp(whole.vertices[:, 1]) > 1
