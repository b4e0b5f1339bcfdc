"""Colours on another topology: in their place, without seams, each part from its own, nothing black."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lego_cli.api import Mesh, Surface, Texture
from lego_cli.core.colours.bake import Look, bake
from lego_cli.core.colours.input_colours import InputColours
from lego_cli.core.colours.laid_topology import laid_topology
from lego_cli.core.colours.painted import MipMap, has_looks, srgb_bytes, to_linear, to_srgb
from lego_cli.core.colours.texels import PictureTexels
from lego_cli.core.colours.texture_padding import padded
from lego_cli.core.colours.uv_raster import uv_raster
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.encoding.encoded import Encoded
from lego_cli.core.encoding.registration import Registered
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.mesh.texture import png_texture, texture_pixels
from lego_topologies import shelf

pytestmark = pytest.mark.slow

SKIN, SIZE = 3260, 256
PLACED = Similarity(100.0, Rotation.from_euler("xyz", (90, 20, 5), degrees=True).as_matrix(), np.array([3.0, -7, 2]))
RED, GREEN, BLUE = (0.8, 0.1, 0.1), (0.1, 0.7, 0.1), (0.1, 0.1, 0.8)
PARTS = {"skin": RED, "mouth_bag": RED, "socket_left": RED, "socket_right": RED, "eye_left": GREEN, "eye_right": GREEN}


def field(points: np.ndarray) -> np.ndarray:
    """The colour that a place has, linear; as fine as 4 cm."""
    x, y, z = points.T * 2 * np.pi / 0.08
    waves = np.stack([np.sin(x + 0.3), np.sin(y + 0.5 * z), np.cos(z)], axis=1)
    return 0.35 + 0.25 * waves


def texture_by(mesh: Mesh, vertices: np.ndarray, colour_of, size: int = 512) -> Texture:
    """What an artist painted: ``colour_of(points, triangles)`` into the UVs of a mesh."""
    raster = uv_raster(mesh, np.arange(len(mesh.face_sizes)), size)
    row, column = np.nonzero(raster.triangle >= 0)
    triangle = raster.triangle[row, column]
    weights = raster.weights(triangle, np.stack([column, row], axis=1))
    points = np.einsum("nk,nkc->nc", weights, vertices[mesh.triangles()[triangle]])
    picture = np.zeros((size, size, 3), np.float32)
    picture[row, column] = colour_of(points, triangle)
    return png_texture(srgb_bytes(padded(picture, raster.triangle >= 0)))


@pytest.fixture(scope="module")
def person(head) -> np.ndarray:
    return head.neutral(head.sample(3, "plausible", 7))[1].astype(np.float64)


@pytest.fixture(scope="module")
def encoded(stylist, person) -> Encoded:
    """What a good encoder would say; the encoder has tests of its own."""
    shape = ShapeSolver(stylist.head, stylist.net)(person[None])[0]
    registered = Registered(person[:SKIN], np.ones(SKIN))
    figures = {"mean": 0.1, "p95": 0.2}
    return Encoded(Code(shape, np.zeros(52)), PLACED, registered, figures, 0.1, 1.0, 1.0, 0.0, "cm", "+z", 1, 0)


@pytest.fixture(scope="module")
def plain(person) -> Mesh:
    """The person as a file brings it: centimetres, Z up, one material, no picture yet."""
    layout = shelf.load("head").mesh
    material = np.zeros(len(layout.face_sizes), np.int64)
    return replace(layout.with_vertices(PLACED.apply(person)), materials=("head",), face_material=material)


@pytest.fixture(scope="module")
def painted(plain, person) -> Mesh:
    return _wearing(plain, texture_by(plain, person, lambda points, _: field(points)))


@pytest.fixture(scope="module")
def by_part(plain, person) -> Mesh:
    """Skin red, eyes green, all the rest blue."""
    names = np.array(plain.groups)[plain.face_group[plain.triangle_face()]]
    colours = np.array([PARTS.get(name, BLUE) for name in names])
    return _wearing(plain, texture_by(plain, person, lambda _, triangle: colours[triangle]))


def _wearing(mesh: Mesh, texture: Texture) -> Mesh:
    return replace(mesh, surfaces={"head": Surface(roughness=0.4, texture=texture)})


def _baked(mesh: Mesh, encoded: Encoded, stylist, name: str, size: int = SIZE) -> Look:
    return bake(InputColours(mesh, encoded, stylist), encoded, stylist, shelf.load(name), size)


def _picture(look: Look) -> np.ndarray:
    texture = look.surfaces["skin"].texture
    assert texture is not None
    return to_linear(texture_pixels(texture) / 255)


def _texels(name: str, encoded, stylist, size: int = SIZE):
    """Row and column, and place on the person, of the skin's texels."""
    topology = shelf.load(name)
    raster = uv_raster(topology.mesh, np.arange(len(topology.mesh.face_sizes)), size)
    texels = PictureTexels(raster, laid_topology(topology, encoded, stylist))
    chosen = texels.where("skin")
    return np.divmod(texels.covered[chosen], size), texels.texels(chosen).points, raster


@pytest.fixture(scope="module", params=["looped", "dense", "mask", "simplified"])
def baked(request, painted, encoded, stylist) -> tuple[str, Look]:
    return request.param, _baked(painted, encoded, stylist, request.param)


def test_every_place_has_the_colour_it_had(baked, encoded, stylist):
    name, look = baked
    (row, column), points, _ = _texels(name, encoded, stylist)
    off = np.abs(_picture(look)[row, column] - field(points)).max(1)
    assert off.mean() < 0.02
    assert np.percentile(off, 99) < 0.1
    assert look.figures["from_input"] > 0.97


def test_a_seam_cannot_be_seen(baked):
    """Both sides of a seam look alike, filtered as a renderer filters: at full size and three mip levels down."""
    name, look = baked
    mesh = shelf.load(name).mesh
    skin = np.repeat(mesh.face_group == mesh.groups.index("skin"), mesh.face_sizes)
    vertex, uv = mesh.corner_vertex[skin], mesh.uvs[mesh.corner_uv[skin]]
    order = np.argsort(vertex, kind="stable")
    same = vertex[order][1:] == vertex[order][:-1]
    one, two = uv[order][:-1][same], uv[order][1:][same]
    apart = np.abs(one - two).max(1) > 1e-6
    picture = MipMap.of(look.surfaces["skin"].texture)
    for level, most in ((0, 0.08), (1, 0.12), (2, 0.2)):
        levels = np.full(int(apart.sum()), level)
        step = np.abs(picture(one[apart], levels) - picture(two[apart], levels))
        assert step.max(initial=0) < most, level
    assert apart.any() or name == "mask"


def test_what_lies_round_an_island_is_its_own_colour(baked, encoded, stylist):
    name, look = baked
    picture = _picture(look)
    (row, column), _, raster = _texels(name, encoded, stylist)
    filled = raster.triangle >= 0
    border = np.zeros_like(filled)
    border[row, column] = True
    border &= ~np.roll(filled, 1, 0) & ~np.roll(filled, 2, 0)  # nothing above
    for steps in (1, 4):
        up = np.roll(border, -steps, 0) & ~filled
        off = np.abs(picture[up] - picture[np.roll(up, steps, 0)])
        assert np.median(off) < 0.02
    assert picture.min() > 0.01, "black bleeds in from afar"


def test_skin_takes_from_skin_and_eyes_from_eyes(by_part, encoded, stylist):
    look = _baked(by_part, encoded, stylist, "looped")
    picture, mesh = _picture(look), shelf.load("looped").mesh
    raster = uv_raster(mesh, np.arange(len(mesh.face_sizes)), SIZE)
    part = np.array(mesh.groups)[mesh.face_group[mesh.triangle_face()]]
    row, column = np.nonzero(raster.triangle >= 0)
    names = part[raster.triangle[row, column]]
    colour = picture[row, column]
    skin = colour[names == "skin"]
    assert (np.abs(skin - RED).max(1) < 0.1).mean() > 0.999, "eye colours on lids"
    for eye in ("eye_left", "eye_right"):
        assert (np.abs(colour[names == eye] - GREEN).max(1) < 0.1).mean() > 0.995, "lids on an eye"
    tongue = colour[names == "tongue"]
    assert (tongue[:, 2] > tongue[:, 0]).mean() > 0.9


def test_each_kind_of_part_is_a_material_of_one_picture(by_part, encoded, stylist):
    look = _baked(by_part, encoded, stylist, "head")
    assert look.materials == ("skin", "eyes", "mouth", "lashes")
    assert len({id(s.texture) for s in look.surfaces.values()}) == 1
    assert look.surfaces["skin"].roughness == 0.4
    assert look.surfaces["eyes"].roughness < 0.3
    mesh = look.worn_by(shelf.load("head").mesh)
    assert [mesh.materials[k] for k in np.unique(mesh.face_material[mesh.face_group == mesh.groups.index("skin")])] == [
        "skin"
    ]


@pytest.mark.parametrize("change", ["shifted", "mirrored"])
def test_uvs_beyond_the_square_and_mirrored_ones_mean_the_same(change, painted, encoded, stylist):
    surface = painted.surfaces["head"]
    if change == "shifted":
        other = replace(painted, uvs=painted.uvs + np.array([3, -2]))
    else:
        turned = png_texture(np.ascontiguousarray(texture_pixels(surface.texture)[:, ::-1]))
        other = replace(_wearing(painted, turned), uvs=np.column_stack([1 - painted.uvs[:, 0], painted.uvs[:, 1]]))
    one, two = (_picture(_baked(mesh, encoded, stylist, "mask", 128)) for mesh in (painted, other))
    assert np.percentile(np.abs(one - two), 99.8) < 0.02  # on the brink between two mip levels either will do


def test_several_materials_each_bring_their_own(painted, person, encoded, stylist):
    """Two pictures over the same UVs, one for each half of the face, and a factor on one of them."""
    left = person[painted.corner_vertex[painted.face_starts], 0] > 0
    texture = painted.surfaces["head"].texture
    white = png_texture(np.full((4, 4, 3), 255, np.uint8))
    surfaces = {"a": Surface(texture=texture), "b": Surface(GREEN, texture=white)}
    halves = replace(painted, materials=("a", "b"), face_material=left.astype(np.int64), surfaces=surfaces)
    picture = _picture(_baked(halves, encoded, stylist, "mask", 128))
    (row, column), points, _ = _texels("mask", encoded, stylist, 128)
    colour = picture[row, column]
    there, here = points[:, 0] < -0.01, points[:, 0] > 0.01
    assert np.abs(colour[here] - GREEN).max() < 0.02
    assert np.abs(colour[there] - field(points[there])).mean() < 0.03


def test_vertex_colours_become_a_picture_or_stay_vertex_colours(plain, person, encoded, stylist):
    coloured = replace(plain, colours=to_srgb(field(person)))
    (row, column), points, _ = _texels("mask", encoded, stylist, 128)
    picture = _picture(_baked(coloured, encoded, stylist, "mask", 128))
    assert np.abs(picture[row, column] - field(points)).mean() < 0.03
    look = _baked(coloured, encoded, stylist, "points")
    assert not look.surfaces
    place = laid_topology(shelf.load("points"), encoded, stylist).vertices
    assert np.abs(to_linear(look.colours) - field(place)).mean() < 0.03


def test_what_the_input_lacks_runs_on_from_what_it_has(painted, person, encoded, stylist):
    """Only the face was scanned: the rest is like its border, the eyes are eyes, nothing is black or grey."""
    front = person[painted.corner_vertex[painted.face_starts], 2] > -0.03
    skin = painted.face_group == painted.groups.index("skin")
    mask = replace(_faces(painted, front & skin), surfaces=painted.surfaces)
    look = _baked(mask, encoded, stylist, "looped", 128)
    assert 0.3 < look.figures["from_input"] < 0.75
    picture = _picture(look)
    (row, column), points, _ = _texels("looped", encoded, stylist, 128)
    back = picture[row, column][points[:, 2] < -0.06]
    lowest, highest = field(person[:SKIN]).min(), field(person[:SKIN]).max()
    assert back.min() > lowest - 0.02
    assert back.max() < highest + 0.02
    assert np.ptp(back, axis=0).max() < 0.6 * (highest - lowest), "the border's waves are not dragged over the skull"
    eye = picture[int(0.65 * 128), int(0.125 * 128)]  # middle of the right iris
    assert eye.max() < 0.05, "no pupil"


def _faces(mesh: Mesh, kept: np.ndarray) -> Mesh:
    corner = np.repeat(kept, mesh.face_sizes)
    used, index = np.unique(mesh.corner_vertex[corner], return_inverse=True)
    return Mesh(
        mesh.vertices[used], mesh.face_sizes[kept], index, mesh.uvs, mesh.corner_uv[corner],
        materials=mesh.materials, face_material=mesh.face_material[kept],
    )  # fmt: skip


def test_materials_whose_uvs_lie_over_one_another_get_a_picture_each(painted, encoded, stylist):
    """A studio's own layout: two materials, each with the whole square to itself."""
    topology = shelf.load("mask")
    left = topology.mesh.vertices[topology.mesh.corner_vertex[topology.mesh.face_starts], 0] > 0
    corner_left = np.repeat(left, topology.mesh.face_sizes)
    uv = topology.mesh.uvs[topology.mesh.corner_uv]
    uv = np.where(corner_left[:, None], 2 * uv - [1, 0.5], 2 * uv - [0, 0.5]) * [1, 0.5] + [0, 0.25]
    mesh = replace(
        topology.mesh, uvs=uv, corner_uv=np.arange(len(uv)), materials=("A", "B"), face_material=left.astype(np.int64)
    )
    source = InputColours(painted, encoded, stylist)
    look = bake(source, encoded, stylist, replace(topology, mesh=mesh), 128)
    assert look.materials == ("A", "B")
    assert look.surfaces["A"].texture is not look.surfaces["B"].texture
    assert look.figures["pictures"] == 2


def test_grey_materials_without_a_picture_say_nothing(plain):
    """Programs write Kd 0.8 by default: such a head is drawn and delivered as one without colours."""
    grey = replace(plain, surfaces={"head": Surface((0.6, 0.6, 0.6))})
    assert not has_looks(grey)
    assert has_looks(replace(plain, surfaces={"head": Surface((0.6, 0.3, 0.2))}))
    white = replace(plain, colours=np.ones_like(plain.vertices))
    assert not has_looks(white)
