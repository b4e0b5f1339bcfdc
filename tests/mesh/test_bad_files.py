"""Files that are broken, hostile or something else: two lines that help, never a trace or a wrong mesh."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import mesh_samples as samples
import pytest

from lego_cli.api import LegoError
from lego_cli.mesh.read import ReadLimits, read_mesh

TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\1" * 200
PLY_HEAD = (
    b"ply\nformat binary_little_endian 1.0\nelement vertex %d\nproperty float x\nproperty float y\nproperty float z\n"
)


def ply(vertices: int, rest: bytes = b"end_header\n") -> bytes:
    return PLY_HEAD % vertices + rest


def ply_faces(faces: int, body: bytes) -> bytes:
    head = ply(3, b"element face %d\nproperty list uchar int vertex_indices\nend_header\n" % faces)
    return head + struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0) + body


def ascii_ply(old: str, new: str) -> bytes:
    assert old in samples.ASCII_PLY
    return samples.ASCII_PLY.replace(old, new, 1).encode()


def stl(old: str, new: str) -> bytes:
    assert old in samples.ASCII_STL
    return samples.ASCII_STL.replace(old, new, 1).encode()


def scene(**changes) -> bytes:
    return samples.glb(*samples.triangle_tree(**changes))


def accessors(**changes) -> bytes:
    """The one-triangle scene with the accessor of its positions changed."""
    tree, binary = samples.triangle_tree()
    tree["accessors"][0] |= changes
    return samples.glb(tree, binary)


def indices(*values: int) -> bytes:
    tree, binary = samples.triangle_tree()
    return samples.glb(tree, binary[:36] + struct.pack("<3H", *values))


def gltf(uri: str) -> bytes:
    tree, _ = samples.triangle_tree(buffers=[{"byteLength": 42, "uri": uri}])
    return json.dumps(tree).encode()


BAD: dict[str, tuple[str, bytes, str]] = {
    # what: (file name, content, words of the message)
    "empty file": ("a.obj", b"", "is empty"),
    "blank file": ("a.stl", b"\n \r\n", "is empty"),
    "text named obj": ("readme.obj", b"# Heads\n\nSix heads to try things on.\n", "holds no vertices"),
    "prose named obj": ("a.obj", b"very nice heads\n", "'very' is no OBJ statement"),
    "text named stl": ("a.stl", b"hello, this is a note about a head\n" * 9, "plain text, not an STL mesh"),
    "text named ply": ("a.ply", b"hello\n", "plain text, not a PLY mesh"),
    "text named glb": ("a.glb", b"hello\n", "plain text, not a binary glTF"),
    "text named gltf": ("a.gltf", b"hello\n", "JSON cannot be read"),
    "text named off": ("a.off", b"turn it off\n", "plain text, not an OFF mesh"),
    "web page named obj": ("a.obj", b"<html>404</html>\n", "holds no vertices"),
    "web page named glb": ("a.glb", b"<!DOCTYPE html><html>404</html>", "XML or HTML text"),
    "picture named obj": ("a.obj", PNG, "a PNG image, not an OBJ mesh"),
    "picture named stl": ("a.stl", PNG, "a PNG image, not an STL mesh"),
    "archive named ply": ("a.ply", b"PK\x03\x04" + b"\0" * 50, "a ZIP archive, not a PLY mesh"),
    "FBX named obj": ("a.obj", b"Kaydara FBX Binary  \0\x1a\0", "an FBX scene, not an OBJ mesh"),
    "PLY named stl": ("a.stl", samples.ASCII_PLY.encode(), "a PLY mesh, not an STL mesh"),
    "STL named obj": ("a.obj", samples.ASCII_STL.encode(), "an STL mesh, not an OBJ mesh"),
    "GLB named obj": ("a.obj", scene(), "a binary glTF scene, not an OBJ mesh"),
    "OBJ named ply": ("a.ply", TRIANGLE, "plain text, not a PLY mesh"),
    "UTF-16 OBJ": ("a.obj", TRIANGLE.decode().encode("utf-16"), "is UTF-16 text"),
    "binary behind text": ("a.obj", TRIANGLE + b"\0\0\0\0", "binary data, not an OBJ mesh"),
    "OBJ cut in a face": ("a.obj", TRIANGLE[:-5], "1 corners"),
    "OBJ index too large": ("a.obj", TRIANGLE.replace(b"3\n", b"999999\n"), "line 4: a face asks for a vertex"),
    "OBJ coordinate without measure": ("a.obj", TRIANGLE.replace(b"v 1", b"v 1e300"), "vertex 1 is 1e+300 0 0"),
    "PLY without end of header": ("a.ply", ply(3, b""), "header without an end"),
    "PLY with more vertices than bytes": ("a.ply", ply(4_000_000_000) + b"\0" * 36, "declares 4000000000 of 'vertex'"),
    "PLY cut in its vertices": ("a.ply", ply(4) + b"\0" * 47, "declares 4 of 'vertex'"),
    "PLY cut in its faces": ("a.ply", ply_faces(2, b"\3" + b"\0" * 12 + b"\3" + b"\0" * 8), "ends inside 'face'"),
    "PLY list longer than the file": ("a.ply", ply_faces(1, b"\xff" + b"\0" * 12), "declares 255 entries"),
    "PLY index too large": (
        "a.ply",
        ply_faces(1, struct.pack("<B3i", 3, 0, 1, 7)),
        "asks for vertex 7, but there are 3",
    ),
    "PLY negative index": ("a.ply", ply_faces(1, struct.pack("<B3i", 3, 0, 1, -1)), "asks for vertex -1"),
    "PLY face of two": ("a.ply", ply_faces(1, struct.pack("<B2i", 2, 0, 1)), "face 0 has 2 corners"),
    "PLY with NaN": ("a.ply", ply(1) + struct.pack("<3f", 0, float("nan"), 0), "position of vertex 0 is 0 nan 0"),
    "PLY with infinity": ("a.ply", ascii_ply("0.5 0.5 1", "0.5 0.5 inf"), "position of vertex 4 is 0.5 0.5 inf"),
    "PLY with decimal comma": ("a.ply", ascii_ply("0.5 0.5 1", "0,5 0,5 1"), "decimal comma"),
    "PLY with a word": ("a.ply", ascii_ply("0.5 0.5 1", "x 0.5 1"), "no number among the numbers"),
    "PLY ASCII cut short": ("a.ply", samples.ASCII_PLY.encode()[:-9], "ends inside 'face'"),
    "PLY fractional index": ("a.ply", ascii_ply("3 0 1 4", "3 0 1.5 4"), "no whole number"),
    "PLY negative list": ("a.ply", ascii_ply("3 0 1 4", "-3 0 1 4"), "declares -3 entries"),
    "PLY unknown type": ("a.ply", ascii_ply("float x", "quaternion x"), "makes no sense"),
    "PLY unknown format": ("a.ply", ascii_ply("format ascii", "format pigeon"), "unknown PLY format"),
    "PLY property without element": ("a.ply", b"ply\nformat ascii 1.0\nproperty float x\nend_header\n1", "no element"),
    "PLY element twice": ("a.ply", ascii_ply("element face", "element vertex"), "declares 'vertex' twice"),
    "PLY property twice": ("a.ply", ascii_ply("float y", "float x"), "declares 'x' twice"),
    "PLY without x": ("a.ply", ascii_ply("float x", "float q"), "no vertices with x, y and z"),
    "PLY of nothing": ("a.ply", ply(0), "holds no vertices"),
    "PLY strips": ("a.ply", ascii_ply("element face", "element tristrips"), "triangle strips"),
    "STL that claims 4.29e9 faces": ("a.stl", b"\0" * 80 + b"\xff" * 4 + b"\0" * 50, "declares 4294967295 triangles"),
    "STL cut short": (
        "a.stl",
        b"\0" * 80 + struct.pack("<I", 2) + b"\0" * 99,
        "declares 2 triangles, but has bytes for 1",
    ),
    "STL header only": ("a.stl", b"x\0" * 20, "shorter than the header"),
    "STL of nothing": ("a.stl", b"\0" * 84, "holds no triangles"),
    "STL ASCII of nothing": ("a.stl", b"solid facet\nendsolid\n", "holds no triangles"),
    "STL with NaN": ("a.stl", stl("vertex 0 1 0", "vertex 0 nan 0"), "nan"),
    "STL ASCII cut short": ("a.stl", samples.ASCII_STL.encode()[:150], "ends before its 'endsolid'"),
    "STL facet cut short": ("a.stl", stl("    vertex 1 0 0\n  endloop", "  endloop"), "not whole"),
    "STL with decimal comma": ("a.stl", stl("vertex 0 1 0", "vertex 0 1,5 0"), "decimal comma"),
    "OFF with fewer lines": ("a.off", b"OFF\n4 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "declares 4 vertices and 1 faces"),
    "OFF with huge counts": ("a.off", b"OFF\n99999999999 1 0\n0 0 0\n", "declares 99999999999 vertices"),
    "OFF without counts": ("a.off", b"OFF\nx y z\n", "no counts"),
    "OFF negative counts": ("a.off", b"OFF\n-1 1 0\n", "no counts"),
    "OFF index too large": ("a.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n", "asks for vertex 3"),
    "OFF short face": ("a.off", b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n4 0 1 2\n", "declares 4 corners, but lists 3"),
    "OFF decimal comma": ("a.off", b"OFF\n3 1 0\n0,5 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "decimal comma"),
    "OFF short vertex": ("a.off", b"OFF\n3 1 0\n0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "vertex 0 has 2 numbers"),
    "OFF binary": ("a.off", b"OFF BINARY\n\0\0\0\0", "cannot be read"),
    "GLB cut short": ("a.glb", scene()[:-9], "declares"),
    "GLB header only": ("a.glb", scene()[:16], "shorter than the header"),
    "GLB version 1": ("a.glb", b"glTF" + struct.pack("<II", 1, 40) + b"\0" * 28, "version 1"),
    "GLB chunk too long": (
        "a.glb",
        scene()[:12] + b"\xff\xff\xff\x7f" + scene()[16:],
        "has a chunk of 2147483647 bytes",
    ),
    "GLB broken JSON": ("a.glb", scene().replace(b'{"asset"', b'{"asset:'), "JSON cannot be read"),
    "GLB deep JSON": ("a.gltf", b'{"asset":' + b"[" * 99999, "JSON cannot be read"),
    "glTF version 1": ("a.glb", scene(asset={"version": "1.0"}), "glTF version '1.0'"),
    "glTF without mesh": ("a.glb", scene(meshes=[], nodes=[{}]), "holds no mesh"),
    "glTF of another type": ("a.glb", scene(meshes="no"), "'meshes' is no list of objects"),
    "glTF compressed": ("a.glb", scene(extensionsRequired=["KHR_draco_mesh_compression"]), "is compressed"),
    "glTF circle": ("a.glb", scene(nodes=[{"children": [1]}, {"children": [0], "mesh": 0}]), "form a circle"),
    "glTF node twice": ("a.glb", scene(nodes=[{"children": [1, 1]}, {"mesh": 0}]), "hangs in the tree twice"),
    "glTF huge scale": ("a.glb", scene(nodes=[{"mesh": 0, "scale": [1e300, 1, 1]}]), "transform"),
    "glTF count without bytes": ("a.glb", accessors(count=1_000_000), "its bytes cannot hold"),
    "glTF count without buffer": ("a.glb", accessors(count=10**12), "more than the limit"),
    "glTF negative offset": ("a.glb", accessors(byteOffset=-4), "senseless lengths"),
    "glTF wrong type": ("a.glb", accessors(type="VEC2"), "wrong type"),
    "glTF list as type": ("a.glb", accessors(componentType=[5126]), "no sound glTF"),
    "glTF index too large": ("a.glb", indices(0, 1, 3), "a vertex that is not there"),
    "glTF buffer too short": ("a.glb", scene(buffers=[{"byteLength": 4242}]), "buffer 0 declares 4242 bytes"),
    "glTF buffer elsewhere": ("a.gltf", gltf("../../etc/passwd"), "outside its folder"),
    "glTF buffer by absolute path": ("a.gltf", gltf("/etc/passwd"), "outside its folder"),
    "glTF buffer on the net": ("a.gltf", gltf("https://example.org/a.bin"), "outside its folder"),
    "glTF buffer missing": ("a.gltf", gltf("gone.bin"), "not beside it"),
    "glTF buffer no base64": ("a.gltf", gltf("data:;base64,@@@"), "no base64"),
    "unknown suffix": ("a.fbx", b"x", "meshes of kind .fbx cannot be read"),
    "no suffix": ("head", TRIANGLE, "no suffix"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_file_is_an_error_of_two_lines(what, tmp_path):
    name, content, words = BAD[what]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LegoError) as error:
        read_mesh(path)
    assert words in error.value.message
    assert name in error.value.message
    assert len(error.value.hint) > 10
    assert "\n" not in error.value.message + error.value.hint


def test_scenes_of_other_programs_go_through_gltf(tmp_path):
    (tmp_path / "a.fbx").write_bytes(b"x")
    with pytest.raises(LegoError, match=r"kind \.fbx") as error:
        read_mesh(tmp_path / "a.fbx")
    assert ".glb" in error.value.hint


def test_unknown_suffix_lists_the_known_ones(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"x")
    with pytest.raises(LegoError) as error:
        read_mesh(tmp_path / "a.xyz")
    assert all(suffix in error.value.hint for suffix in (".obj", ".ply", ".stl", ".glb", ".gltf", ".off"))


def test_wrong_suffix_names_the_right_one(tmp_path):
    (tmp_path / "head.stl").write_text(samples.ASCII_PLY)
    with pytest.raises(LegoError) as error:
        read_mesh(tmp_path / "head.stl")
    assert "head.ply" in error.value.hint


@pytest.mark.parametrize("name", ["missing.obj", "folder.obj", "no\0name.obj", "x" * 300 + ".obj"])
def test_what_is_no_file(name, tmp_path):
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(LegoError) as error:
        read_mesh(Path(f"{tmp_path}/{name}"))
    assert error.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission(tmp_path):
    path = tmp_path / "secret.obj"
    path.write_bytes(TRIANGLE)
    path.chmod(0)
    with pytest.raises(LegoError, match="cannot read"):
        read_mesh(path)


def test_device_is_no_file():
    with pytest.raises(LegoError):
        read_mesh(Path("/dev/zero"))


def test_size_is_checked_before_reading(tmp_path):
    """A sparse file of a terabyte must not be read first."""
    path = tmp_path / "huge.obj"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(LegoError, match="more than the limit of 256 MB"):
        read_mesh(path)


@pytest.mark.parametrize("name", ["cube.obj", "cube.ply", "cube.stl", "cube.glb", "cube.off", "ascii.ply", "ascii.stl"])
def test_limit_on_vertices_holds_for_every_format(name, tmp_path):
    (tmp_path / name).write_bytes(samples.every_format(tmp_path)[name])
    with pytest.raises(LegoError, match="more than the limit of 3"):
        read_mesh(tmp_path / name, ReadLimits(max_vertices=3))


def test_triangles_without_end(tmp_path):
    """A few vertices, shown by a thousand nodes with many triangles each, must not fill the memory."""
    tree, binary = samples.triangle_tree(nodes=[{"mesh": 0}] * 300, scenes=[{"nodes": list(range(300))}])
    tree["accessors"][1] = {"componentType": 5125, "count": 9000, "type": "SCALAR"}
    (tmp_path / "bomb.glb").write_bytes(samples.glb(tree, binary))
    with pytest.raises(LegoError, match="18000 corners together"):
        read_mesh(tmp_path / "bomb.glb", ReadLimits(max_corners=10_000))
