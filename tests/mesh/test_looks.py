"""Materials and textures on the way in and out: what the files of artists do, and what no file should be able to."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path

import mesh_samples as samples
import numpy as np
import pytest
from PIL import Image

from lego_cli.api import LegoError, Mesh, Surface
from lego_cli.mesh.components import mesh_report
from lego_cli.mesh.mtl import picture_name, read_mtl
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.texture import png_texture, texture_of, texture_pixels
from lego_cli.mesh.write import write_mesh

PIXELS = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3) * 5
SQUARE = """mtllib {library}
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl skin
f 1/1 2/2 3/3
usemtl eyes
f 1/1 3/3 4/4
"""


def image(kind: str = "PNG", mode: str = "RGB") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(stream, kind)
    return stream.getvalue()


def textured(folder: Path, mtl: str, library: str = "head.mtl", **files: bytes) -> Mesh:
    """A square of two materials, read from ``folder/head.obj``."""
    folder.mkdir(exist_ok=True)
    (folder / "head.obj").write_text(SQUARE.format(library=library), encoding="utf-8")
    (folder / "head.mtl").write_text(mtl, encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return read_mesh(folder / "head.obj")


def test_colours_and_pictures_of_an_mtl(tmp_path):
    mtl = "newmtl skin\nKd 0.8 0.8 0.8\nmap_Kd skin.png\nPr 0.35\n\nnewmtl eyes\nKd 0.5 0 1\nNs 360\n"
    mesh = textured(tmp_path, mtl, **{"skin.png": image()})
    skin, eyes = mesh.surfaces["skin"], mesh.surfaces["eyes"]
    assert skin.texture.data == image(), "the picture's own bytes"
    assert skin.colour == (1, 1, 1), "Kd 0.8 beside a picture is a program's habit, not a tint"
    assert skin.roughness == 0.35
    np.testing.assert_allclose(eyes.colour, (0.2140, 0, 1), atol=1e-4)
    assert eyes.roughness == pytest.approx(0.4)
    assert eyes.texture is None
    assert mesh.notes == ()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("skin.png", "skin.png"),
        ("-s 1 1 1 -o 0.5 0 0 my skin, é.png", "my skin, é.png"),
        ("-s 2 skin.png", "skin.png"),
        ("-clamp on -blendu off -bm 0.3 -mm 0 1 -imfchan m 01 face.png", "01 face.png"),
        (r"C:\Users\ann\tex\skin.png", r"C:\Users\ann\tex\skin.png"),
    ],
)
def test_map_statements_with_options_and_blanks(statement, name):
    assert picture_name(statement) == name
    assert next(read_mtl(f"newmtl a\nmap_Kd {statement}".encode())).base == name


@pytest.mark.parametrize(
    ("written", "there"),
    [
        ("Skin.PNG", "skin.png"),
        ("my skin é.png", "my skin é.png"),
        (r"textures\skin.png", "textures/skin.png"),
        (r"C:\Users\ann\skin.png", "skin.png"),
        ("/home/ann/textures/skin.png", "textures/skin.png"),
        ("skin%20one.png", "skin one.png"),
    ],
)
def test_pictures_are_found_as_they_lie(written, there, tmp_path):
    (tmp_path / "textures").mkdir()
    (tmp_path / there).write_bytes(image())
    mesh = textured(tmp_path, f"newmtl skin\nmap_Kd {written}\n")
    if written.startswith("/home"):  # a folder of another computer: only the picture's own name is looked for
        assert mesh.surfaces["skin"].texture is None
        (tmp_path / "skin.png").write_bytes(image())
        mesh = read_mesh(tmp_path / "head.obj")
    assert mesh.surfaces["skin"].texture.data == image()


def test_nothing_outside_the_folder_is_read(tmp_path):
    (tmp_path / "secret.png").write_bytes(image())
    (tmp_path / "secret.mtl").write_text("newmtl skin\nKd 1 0 0\n")
    inside = tmp_path / "in"
    mtl = "newmtl skin\nmap_Kd ../secret.png\nnewmtl eyes\nmap_Kd https://example.org/eye.png\n"
    mesh = textured(inside, mtl, library="../secret.mtl head.mtl")
    assert all(surface.texture is None for surface in mesh.surfaces.values())
    assert len(mesh.notes) == 3
    (inside / "secret.png").symlink_to(tmp_path / "secret.png")
    assert read_mesh(inside / "head.obj").surfaces["skin"].texture is None


def test_several_libraries_and_one_with_blanks_in_its_name(tmp_path):
    (tmp_path / "b.mtl").write_text("newmtl eyes\nKd 0 1 0\n")
    mesh = textured(tmp_path, "newmtl skin\nKd 1 0 0\n", library="head.mtl b.mtl")
    assert set(mesh.surfaces) == {"skin", "eyes"}
    (tmp_path / "my head.mtl").write_text("newmtl skin\nKd 0 0 1\n")
    assert set(textured(tmp_path, "", library="my head.mtl").surfaces) == {"skin"}


def test_what_is_missing_is_a_note_and_no_error(tmp_path):
    mesh = textured(tmp_path, "newmtl skin\nmap_Kd gone.png\nnewmtl eyes\nmap_Kd text.tga\n", **{"text.tga": b"no"})
    assert mesh.surfaces["skin"].texture is None
    assert any("gone.png is not there" in note for note in mesh.notes)
    assert any("text.tga cannot be read" in note for note in mesh.notes)
    assert mesh_report(mesh).notes == mesh.notes
    missing = textured(tmp_path / "b", "", library="other.mtl")
    assert missing.notes == ("other.mtl is not there",)


@pytest.mark.parametrize("kind", ["TGA", "BMP", "TIFF", "WEBP"])
def test_other_pictures_become_png(kind, tmp_path):
    name = f"skin.{kind.lower()}"
    mesh = textured(tmp_path, f"newmtl skin\nmap_Kd {name}\n", **{name: image(kind)})
    texture = mesh.surfaces["skin"].texture
    assert texture.media == "image/png"
    np.testing.assert_allclose(texture_pixels(texture).astype(int), PIXELS, atol=40 if kind == "WEBP" else 0)


def test_damaged_tags_of_a_picture_are_no_warning(recwarn):
    """PIL would write a line about each to the terminal."""
    tiff = image("TIFF")
    place = int.from_bytes(tiff[4:8], "little")
    tags = int.from_bytes(tiff[place : place + 2], "little")
    for start in range(place + 2, place + 2 + 12 * tags, 12):
        damaged = tiff[: start + 4] + b"\xff\xff\0\0" + tiff[start + 8 :]
        with contextlib.suppress(LegoError):
            assert texture_pixels(texture_of(damaged, "skin")).shape[2] == 3
    assert not recwarn.list


def test_damaged_and_huge_pictures_are_two_clear_lines(tmp_path):
    mesh = textured(tmp_path, "newmtl skin\nmap_Kd skin.png\n", **{"skin.png": image()[:45]})
    with pytest.raises(LegoError, match="skin cannot be read") as caught:
        texture_pixels(mesh.surfaces["skin"].texture, "skin")
    assert "--no-texture" in caught.value.hint
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    mesh = textured(tmp_path, "newmtl skin\nmap_Kd skin.png\n", **{"skin.png": bomb.getvalue()})
    with pytest.raises(LegoError, match="more than 67 million pixels"):
        texture_pixels(mesh.surfaces["skin"].texture, "skin")
    assert any("67 million" in text for text in mesh_report(mesh).textures)


def test_a_picture_that_is_a_line_of_millions_of_pixels_is_refused():
    stream = io.BytesIO()
    Image.new("1", (40_000, 3)).save(stream, "PNG")
    with pytest.raises(LegoError, match="40000 x 3 pixels"):
        texture_pixels(texture_of(stream.getvalue(), "skin"), "skin")


def test_sixteen_bit_and_palette_pictures(tmp_path):
    deep = io.BytesIO()
    Image.fromarray((np.arange(16, dtype=np.uint16) * 4096).reshape(4, 4)).save(deep, "PNG")
    mesh = textured(tmp_path, "newmtl skin\nmap_Kd skin.png\n", **{"skin.png": deep.getvalue()})
    assert texture_pixels(mesh.surfaces["skin"].texture).max() > 200
    mesh = textured(tmp_path, "newmtl skin\nmap_Kd skin.png\n", **{"skin.png": image(mode="P")})
    assert texture_pixels(mesh.surfaces["skin"].texture).shape == (4, 4, 3)


def test_kept_obj_takes_its_materials_along(tmp_path):
    """In another folder the result opens textured; in its own nothing is written twice."""
    (tmp_path / "in" / "tex").mkdir(parents=True)
    (tmp_path / "in" / "tex" / "skin.png").write_bytes(image())
    bump = image("BMP")
    mtl = "newmtl skin\nmap_Kd tex/skin.png\nmap_Bump bump.bmp\n"
    mesh = textured(tmp_path / "in", mtl, **{"bump.bmp": bump})
    moved = mesh.with_vertices(mesh.vertices + 1)
    files = write_mesh(moved, tmp_path / "out" / "new.obj", samples.EXPORTERS)
    names = {str(file.relative_to(tmp_path / "out").as_posix()) for file in files}
    assert names == {"head.mtl", "tex/skin.png", "bump.bmp"}
    assert (tmp_path / "out" / "bump.bmp").read_bytes() == bump
    back = read_mesh(tmp_path / "out" / "new.obj")
    assert back.surfaces == mesh.surfaces
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "in").rglob("*") if path.is_file()}
    write_mesh(moved, tmp_path / "in" / "new.obj", samples.EXPORTERS)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_another_file_of_that_name_is_never_lost(tmp_path):
    mesh = textured(tmp_path / "in", "newmtl skin\nmap_Kd skin.png\n", **{"skin.png": image()})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "skin.png").write_bytes(b"mine")
    with pytest.raises(LegoError, match=r"skin\.png exists"):
        write_mesh(mesh, tmp_path / "out" / "new.obj", samples.EXPORTERS)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["skin.png"], "all or nothing"
    write_mesh(mesh, tmp_path / "out" / "new.obj", samples.EXPORTERS, force=True)
    assert (tmp_path / "out" / "skin.png").read_bytes() == image()


def baked_square(tmp_path: Path) -> Mesh:
    """A square that got its looks from us, one picture for two materials, on the layout of an OBJ with its own."""
    mesh = textured(tmp_path, "newmtl skin\nKd 1 0 0\n")
    texture = png_texture(PIXELS)
    surfaces = {"skin": Surface(roughness=0.6, texture=texture), "eyes": Surface((0.5, 0.25, 1), 0.1, texture)}
    return replace(mesh, surfaces=surfaces)


@pytest.mark.parametrize("fresh", [False, True])
def test_new_looks_are_written_beside_the_obj(fresh, tmp_path):
    mesh = baked_square(tmp_path / "in")
    mesh = replace(mesh, source=None) if fresh else mesh
    files = write_mesh(mesh, tmp_path / "new head.obj", samples.EXPORTERS)
    assert {file.name for file in files} == {"new_head.mtl", "new_head.texture.png"}
    text = (tmp_path / "new head.obj").read_text()
    assert text.count("mtllib") == 1
    assert "mtllib new_head.mtl" in text
    back = read_mesh(tmp_path / "new head.obj")
    assert back.surfaces["skin"] == mesh.surfaces["skin"]
    assert back.surfaces["eyes"].texture == mesh.surfaces["eyes"].texture
    assert back.surfaces["eyes"].roughness == pytest.approx(0.1)
    assert back.notes == ()


def test_several_pictures_have_names_of_their_own(tmp_path):
    mesh = baked_square(tmp_path / "in")
    other = Surface(texture=png_texture(PIXELS[::-1].copy()))
    files = write_mesh(replace(mesh, surfaces={**mesh.surfaces, "eyes": other}), tmp_path / "a.obj", samples.EXPORTERS)
    assert {file.name for file in files} == {"a.mtl", "a.texture.skin.png", "a.texture.eyes.png"}
    back = read_mesh(tmp_path / "a.obj")
    assert back.surfaces["eyes"].texture == other.texture


def test_ply_brings_and_takes_its_texture(tmp_path):
    mesh = replace(baked_square(tmp_path / "in"), source=None)
    write_mesh(mesh, tmp_path / "a.ply", samples.EXPORTERS)
    assert b"comment TextureFile a.texture.png\n" in (tmp_path / "a.ply").read_bytes()
    back = read_mesh(tmp_path / "a.ply")
    assert back.surfaces["a.texture"].texture == mesh.surfaces["skin"].texture
    (tmp_path / "a.texture.png").unlink()
    assert read_mesh(tmp_path / "a.ply").notes == ("a.texture.png is not there",)


def test_glb_gives_its_looks_back(tmp_path):
    mesh = replace(baked_square(tmp_path / "in"), source=None)
    write_mesh(mesh, tmp_path / "a.glb", samples.EXPORTERS)
    back = read_mesh(tmp_path / "a.glb")
    assert back.surfaces == mesh.surfaces


def test_gltf_with_pictures_beside_it_and_moved_uvs(tmp_path):
    """A second UV set, an offset and a picture in a file of its own, as engines write them."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
    first, second = np.zeros((3, 2), "<f4"), np.array([[0, 1], [1, 1], [0, 0]], "<f4")
    data = positions.tobytes() + first.tobytes() + second.tobytes()
    views = [{"buffer": 0, "byteOffset": at, "byteLength": size} for at, size in ((0, 36), (36, 24), (60, 24))]
    kinds = ("VEC3", "VEC2", "VEC2")
    moved = {"KHR_texture_transform": {"offset": [0.25, 0], "scale": [0.5, 1]}}
    scene = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(data), "uri": "data:;base64," + base64.b64encode(data).decode()}],
        "bufferViews": views,
        "accessors": [{"bufferView": k, "componentType": 5126, "count": 3, "type": kinds[k]} for k in range(3)],
        "images": [{"uri": "my%20skin.jpg"}],
        "textures": [{"source": 0}],
        "materials": [
            {"pbrMetallicRoughness": {
                "baseColorFactor": [0.5, 1, 1, 1], "roughnessFactor": 0.25,
                "baseColorTexture": {"index": 0, "texCoord": 1, "extensions": moved},
            }}
        ],
        "meshes": [{"primitives": [
            {"attributes": {"POSITION": 0, "TEXCOORD_0": 1, "TEXCOORD_1": 2}, "material": 0}
        ]}],
        "nodes": [{"mesh": 0}],
    }  # fmt: skip
    (tmp_path / "my skin.jpg").write_bytes(image("JPEG"))
    (tmp_path / "a.gltf").write_text(json.dumps(scene))
    mesh = read_mesh(tmp_path / "a.gltf")
    surface = mesh.surfaces["material_0"]
    assert surface.texture.data == image("JPEG")
    assert surface.texture.media == "image/jpeg"
    assert (surface.colour, surface.roughness) == ((0.5, 1, 1), 0.25)
    np.testing.assert_allclose(mesh.uvs[mesh.corner_uv], [[0.25, 0], [0.75, 0], [0.25, 1]])
    (tmp_path / "my skin.jpg").unlink()
    scene["images"][0]["uri"] = "../my skin.jpg"
    (tmp_path / "a.gltf").write_text(json.dumps(scene))
    assert read_mesh(tmp_path / "a.gltf").surfaces["material_0"].texture is None
