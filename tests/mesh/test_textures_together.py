"""Many large pictures on one head: looked up at the size that the memory bears, one after the other, and said so."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import mesh_samples as samples
import numpy as np
import pytest
from PIL import Image

from lego_cli.api import LegoError, Mesh, Surface, Texture
from lego_cli.core.colours.painted import MipMap, PaintedMesh
from lego_cli.mesh import picture_bombs, picture_shelf, texture, texture_share
from lego_cli.mesh.picture_bombs import require_harmless
from lego_cli.mesh.read import read_mesh
from lego_cli.mesh.texture import png_texture, texture_of, texture_pixels, texture_strips
from lego_cli.mesh.texture_share import halvings, share_note

NOISE = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)


def plain(wide: int, high: int) -> Texture:
    stream = io.BytesIO()
    Image.new("1", (wide, high)).save(stream, "PNG")
    return Texture(stream.getvalue())


def worn(*textures: Texture) -> Mesh:
    """Triangles that wear one texture each."""
    count = len(textures)
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=float)
    names = tuple(f"m{k}" for k in range(count))
    return Mesh.from_faces(
        corners, np.tile([[0, 1, 2]], (count, 1)), uvs=corners[:, :2], corner_uv=np.tile([0, 1, 2], count),
        materials=names, face_material=np.arange(count),
        surfaces={name: Surface(texture=own) for name, own in zip(names, textures, strict=True)},
    )  # fmt: skip


def test_one_texture_of_eight_thousand_is_used_as_it_is():
    assert halvings([plain(8192, 8192)]) == [0]
    assert share_note(worn(plain(8192, 8192), plain(512, 512))) is None


def test_the_largest_are_halved_until_all_fit():
    times = halvings([plain(8192, 8192)] * 12 + [plain(256, 256)])
    assert times[-1] == 0
    assert min(times[:-1]) >= 1
    pixels = sum(67_108_864 / 4**count for count in times[:-1])
    assert pixels < texture_share.MOST_TOGETHER < 4 * pixels, "no smaller than they must be"


def test_a_note_says_that_colours_are_coarser(tmp_path, monkeypatch):
    mesh = worn(*(png_texture(NOISE + np.uint8(k)) for k in range(3)))
    samples.EXPORTERS["glb"].write(mesh, tmp_path / "a.glb")
    assert read_mesh(tmp_path / "a.glb").notes == ()
    monkeypatch.setattr(texture_share, "MOST_TOGETHER", 2500)
    (note,) = read_mesh(tmp_path / "a.glb").notes
    assert "the 3 textures have more than" in note
    assert "1/2 as wide and high" in note
    assert read_mesh(tmp_path / "a.glb").surfaces["m0"].texture.data == mesh.surfaces["m0"].texture.data, (
        "the file stays"
    )


def test_coarser_colours_are_means_of_the_finer_ones(monkeypatch):
    fine, coarse = MipMap.of(png_texture(NOISE)), MipMap.of(png_texture(NOISE), halvings=2)
    assert len(coarse.levels) == len(fine.levels) - 2
    for one, other in zip(coarse.levels, fine.levels[2:], strict=True):
        np.testing.assert_array_equal(one, other)
    monkeypatch.setattr(texture_share, "MOST_TOGETHER", NOISE.size // 3 * 2)
    mesh = worn(*[png_texture(NOISE)] * 1, png_texture(NOISE[::-1].copy()), png_texture(NOISE[:, ::-1].copy()))
    assert PaintedMesh(mesh).largest <= 56
    assert sorted(max(p.levels[0].shape) for p in PaintedMesh(mesh)._pictures.values()) == [28, 28, 56]


def test_strips_give_the_whole_picture(monkeypatch):
    monkeypatch.setattr(texture, "STRIP", 16)
    picture = png_texture(NOISE)
    strips = list(texture_strips(picture.data))
    assert [len(strip) for strip in strips] == [16, 16, 8]
    np.testing.assert_array_equal(np.concatenate(strips), NOISE)
    np.testing.assert_array_equal(texture_pixels(picture), NOISE)


def test_pictures_together_have_bounds_and_notes(tmp_path, monkeypatch):
    """A picture that is left out is named."""
    lines = ["mtllib a.mtl", "v 0 0 0", "v 1 0 0", "v 0 1 0", "vt 0 0"]
    for k in range(3):
        (tmp_path / f"{k}.png").write_bytes(png_texture(NOISE + np.uint8(k)).data)
        lines += [f"usemtl m{k}", "f 1/1 2/1 3/1"]
    (tmp_path / "a.obj").write_text("\n".join(lines))
    (tmp_path / "a.mtl").write_text("".join(f"newmtl m{k}\nmap_Kd {k}.png\n" for k in range(3)))
    monkeypatch.setattr(picture_shelf, "MOST_BYTES", 2 * len(png_texture(NOISE).data) + 200)
    mesh = read_mesh(tmp_path / "a.obj")
    assert [mesh.surfaces[f"m{k}"].texture is not None for k in range(3)] == [True, True, False]
    assert "2.png is left out" in mesh.notes[0]
    monkeypatch.setattr(picture_shelf, "MOST_CONVERTED", 3000)
    for k in range(3):
        Image.fromarray(NOISE + np.uint8(k)).save(tmp_path / f"{k}.png", "BMP")
    assert [note[:17] for note in read_mesh(tmp_path / "a.obj").notes] == ["1.png is left out", "2.png is left out"]


def test_one_picture_of_many_materials_is_one(tmp_path):
    (tmp_path / "skin.png").write_bytes(png_texture(NOISE).data)
    (tmp_path / "a.mtl").write_text("newmtl a\nmap_Kd skin.png\nnewmtl b\nmap_Kd SKIN.png\n")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\nusemtl b\nf 1 2 3\n")
    surfaces = read_mesh(tmp_path / "a.obj").surfaces
    assert surfaces["a"].texture is not None
    assert surfaces["a"].texture == surfaces["b"].texture


def png_with(chunk: bytes, content: bytes) -> bytes:
    data = png_texture(NOISE).data
    made = struct.pack(">I", len(content)) + chunk + content + struct.pack(">I", zlib.crc32(chunk + content))
    return data[:33] + made + data[33:]


def tiff_of(tags: list[tuple[int, int, int, int]]) -> bytes:
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(1000)


def jpeg_with(segments: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(NOISE).save(stream, "JPEG")
    data = stream.getvalue()
    return data[:2] + (b"\xff\xe1\xff\xffExif\0\0" + bytes(65527)) * segments + data[2:]


BOMBS = {
    "profile of a gigabyte": png_with(b"iCCP", b"k\0\0" + zlib.compress(bytes(100_000_000))),
    "text of a gigabyte": png_with(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000))),
    "notes without end": jpeg_with(300),
    "tags that name the same bytes": tiff_of([(1000 + k, 7, 900, 8) for k in range(4000)] + [(9, 7, 1 << 25, 8)]),
    "tags without end": tiff_of([(k, 7, 1, 0) for k in range(5000)]),
    "tiles larger than the picture": tiff_of([(322, 4, 1, 60000), (323, 4, 1, 60000)]),
    "directory that is not there": b"II*\0\xff\xff\xff\xff" + bytes(100),
}


@pytest.mark.parametrize("what", BOMBS)
def test_pictures_that_are_bombs_beside_their_pixels(what):
    with pytest.raises(LegoError, match="cannot be read"):
        texture_pixels(Texture(BOMBS[what]), "skin")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "BMP", "TGA", "WEBP"])
def test_ordinary_pictures_are_no_bombs(kind):
    stream = io.BytesIO()
    Image.fromarray(NOISE).save(stream, kind)
    require_harmless(stream.getvalue())
    pixels = texture_pixels(texture_of(stream.getvalue(), "skin"))
    assert pixels.shape == NOISE.shape
    require_harmless(jpeg_with(20))
    assert picture_bombs.MOST_BESIDE > 20 * 65535


def test_a_webp_has_a_bound_of_its_own(monkeypatch):
    monkeypatch.setattr(texture, "MOST_WEBP", 1000)
    stream = io.BytesIO()
    Image.fromarray(NOISE).save(stream, "WEBP")
    with pytest.raises(LegoError, match="million pixels"):
        texture_of(stream.getvalue(), "skin")


@pytest.mark.slow
def test_a_texture_that_cannot_be_read_counts_for_nothing():
    broken = replace(png_texture(NOISE), data=b"\xff\xd8\xff")
    assert halvings([broken, plain(8192, 8192), plain(30_000, 30_000)]) == [0, 0, 0]
