"""Reading heads with shapes: ours come back as they went, those of others as their makers meant them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from glb_files import chunks, glb, written
from rigged_heads import odd_head

from lego_cli.api import Clip, RiggedHead
from lego_cli.mesh.rigged_gltf import read_rigged


def polygons(head: RiggedHead) -> list[tuple[str, tuple[int, ...]]]:
    """Faces with their group, each from its least vertex on, in no order."""
    mesh, found = head.mesh, []
    ends = np.cumsum(mesh.face_sizes)
    for face, end in enumerate(ends):
        corners = mesh.corner_vertex[end - mesh.face_sizes[face] : end].tolist()
        least = corners.index(min(corners))
        found.append((mesh.groups[mesh.face_group[face]], tuple(corners[least:] + corners[:least])))
    return sorted(found)


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("which", ["real", "odd"])
def test_what_is_written_comes_back(which, dense, real, tmp_path):
    head = real if which == "real" else odd_head()
    head = replace(head, pose=np.linspace(0, 1, len(head.controls)))
    back = read_rigged(written(head, tmp_path / "a.glb", dense))
    assert back.controls == head.controls
    assert (back.name, back.licence) == (head.name, head.licence)
    assert [(c.name, c.controls) for c in back.correctives] == [(c.name, c.controls) for c in head.correctives]
    assert list(back.all_shapes()) == list(head.all_shapes())
    np.testing.assert_allclose(back.mesh.vertices, head.mesh.vertices, atol=1e-7)
    for name, shape in head.all_shapes().items():
        np.testing.assert_allclose(back.all_shapes()[name], shape, atol=1e-6, err_msg=name)
    assert polygons(back) == polygons(head), "quads, and every vertex in its place"
    np.testing.assert_allclose(back.pose, head.pose, atol=1e-7)
    np.testing.assert_allclose(back.pivot, head.pivot, atol=1e-9)
    assert set(back.eyes) == set(head.eyes)
    for group, centre in head.eyes.items():
        np.testing.assert_allclose(back.eyes[group], centre, atol=1e-7)
    assert back.mixes == {name: dict(mix) for name, mix in head.mixes.items()}
    if head.placement is None:
        assert back.placement is None
    else:
        np.testing.assert_allclose(back.placement, head.placement, atol=1e-12)
    same_clips(back, head)


def same_clips(back: RiggedHead, head: RiggedHead) -> None:
    assert [clip.name for clip in back.clips] == [clip.name for clip in head.clips]
    for found, clip in zip(back.clips, head.clips, strict=True):
        np.testing.assert_allclose(found.times, clip.times, atol=1e-6)
        np.testing.assert_allclose(found.values, clip.values, atol=1e-6)
        assert (found.head is None) == (clip.head is None)
        if clip.head is not None:
            np.testing.assert_allclose(found.head, clip.head, atol=1e-6)


def test_colours_uvs_and_looks_come_back(real, tmp_path):
    back = read_rigged(written(real, tmp_path / "a.glb"))
    np.testing.assert_allclose(back.mesh.colours[:, :3], real.mesh.colours, atol=1e-3)
    corner, own = (
        np.lexsort((m.uvs[m.corner_uv, 1], m.uvs[m.corner_uv, 0], m.corner_vertex)) for m in (back.mesh, real.mesh)
    )
    np.testing.assert_array_equal(back.mesh.corner_vertex[corner], real.mesh.corner_vertex[own])
    np.testing.assert_allclose(
        back.mesh.uvs[back.mesh.corner_uv][corner], real.mesh.uvs[real.mesh.corner_uv][own], atol=1e-6
    )
    odd = odd_head()
    looks = read_rigged(written(odd, tmp_path / "b.glb")).mesh.surfaces
    for name, surface in odd.mesh.surfaces.items():
        assert looks[name].texture == surface.texture
        assert looks[name].colour == pytest.approx(surface.colour)
        assert looks[name].roughness == pytest.approx(surface.roughness)


def test_going_round_again_and_again_wears_nothing_off(real, tmp_path):
    head = first = read_rigged(written(real, tmp_path / "a.glb"))
    for _ in range(2):
        head = read_rigged(written(head, tmp_path / "b.glb"))
    np.testing.assert_allclose(head.mesh.vertices, first.mesh.vertices, atol=2e-8)
    np.testing.assert_allclose(head.shapes, first.shapes, atol=4e-7)
    np.testing.assert_allclose(head.mesh.normals, first.mesh.normals, atol=1e-6)
    same_clips(head, first)


def test_a_head_can_turn_all_round(tmp_path):
    times = np.linspace(0, 4, 60)
    angles = np.stack([2 * times, np.sin(times), 1.5 * times], axis=1)
    head = replace(odd_head(), clips=(Clip("spin", times, np.zeros((60, 3)), angles),))
    found = read_rigged(written(head, tmp_path / "a.glb")).clips[0].head
    turns = (found - angles)[0]
    np.testing.assert_allclose(found - turns, angles, atol=1e-5)


def test_after_another_program_the_notes_still_hold(real, tmp_path):
    """Blender keeps extras, but writes its own order of vertices and triangles."""
    tree, binary = chunks(written(real, tmp_path / "a.glb"))
    tree["asset"]["generator"] = "Khronos glTF Blender I/O v5.0.21"
    for mesh in tree["meshes"]:
        del mesh["primitives"][0]["attributes"]["_VERTEX"]
        names = mesh.get("extras", {}).get("targetNames", [])
        if "cheekPuff" in names:  # an artist deleted one shape and added another
            names[names.index("cheekPuff")] = "wink"
    back = read_rigged(glb(tmp_path / "b.glb", tree, binary))
    assert back.controls == (*(name for name in real.controls if name != "cheekPuff"), "wink")
    assert [c.name for c in back.correctives] == [c.name for c in real.correctives]
    assert back.plain is not None
    assert len(back.mesh.vertices) >= len(np.unique(real.mesh.corner_vertex))
    assert (back.mesh.face_sizes == 3).all()
    np.testing.assert_allclose(back.placement, real.placement, atol=1e-12)


# A file of another program
