"""Heads that the test makes itself, in other meshes, units and poses: the truth is known to the vertex."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from lego_cli.api import ARKIT, ExitCode, LegoError, Mesh
from lego_cli.core.encoding.encode import encode
from lego_cli.core.encoding.encoded import Encoded
from lego_cli.core.encoding.head_fields import head_fields
from lego_cli.core.geometry.similarity import Similarity, best_similarities
from lego_cli.core.geometry.visible import outer_surface
from lego_topologies import shelf

pytestmark = pytest.mark.slow

SKIN = 3260


def _expression(**values: float) -> np.ndarray:
    code = np.zeros(len(ARKIT))
    for name, value in values.items():
        code[ARKIT.index(name)] = value
    return code


@dataclass(frozen=True)
class Person:
    """Someone of the head model whom no training has seen."""

    vertices: np.ndarray  # (V, 3)
    triangles: np.ndarray
    height: float

    def mesh(self) -> Mesh:
        return Mesh.from_faces(self.vertices, self.triangles)

    def skin(self) -> Mesh:
        return Mesh.from_faces(self.vertices[:SKIN], self.triangles[(self.triangles < SKIN).all(1)])


@pytest.fixture(scope="module")
def neutral(head) -> np.ndarray:
    return head.neutral(head.sample(3, "adult", 2024))[2].astype(np.float64)


@pytest.fixture(scope="module")
def person(head, neutral) -> Person:
    height = neutral[head.landmarks["crown"][0], 1] - neutral[head.landmarks["chin"][0], 1]
    return Person(neutral, head.mesh.triangles(), float(height))


@pytest.fixture(scope="module")
def encoded(person, stylist) -> Encoded:
    """The plain skin, as it stands."""
    return encode(person.skin(), stylist)


def placed(mesh: Mesh, unit: float, angles: tuple[float, float, float], shift: float = 0.0) -> tuple[Mesh, Similarity]:
    turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    where = Similarity(unit, turn, np.array([1.0, -2.0, 0.5]) * shift * unit)
    return mesh.with_vertices(where.apply(mesh.vertices)), where


def front_error_mm(found: Encoded, where: Similarity, person: Person, truth: np.ndarray, stylist) -> float:
    """Mean distance of fitted skin vertices of the face front to where they should be, on a head of 230 mm."""
    fitted = stylist.decode(stylist.prepared, found.code.shape, found.code.expression)[:SKIN]
    apart = np.linalg.norm(where.inverse(found.transform.apply(fitted)) - truth[:SKIN], axis=1)
    return float(230 / person.height * apart[head_fields(stylist).front].mean())


@pytest.mark.parametrize(
    ("unit", "angles", "up"),
    [(1000.0, (90, 0, 90), "+z"), (100.0, (20, -25, 15), "+y"), (39.37, (180, 20, 0), "-y")],
)
def test_unit_axes_and_tilt_do_not_matter(person, encoded, stylist, unit, angles, up):
    """The same person comes out of millimetres, Z up, upside down and a tilted scan alike, none mirrored."""
    mesh, where = placed(person.skin(), unit, angles, shift=1.0)
    found = encode(mesh, stylist)
    assert found.up == up
    assert front_error_mm(found, where, person, person.vertices, stylist) < 1.0
    assert np.linalg.norm(found.code.shape - encoded.code.shape) < 0.25 * np.linalg.norm(encoded.code.shape)
    assert not found.code.expression.any(), "a neutral face was given an expression"


def test_inner_parts_are_told_from_skin(person, encoded, stylist):
    """Eyeballs, teeth, tongue and lashes in the same file change next to nothing."""
    found = encode(person.mesh(), stylist)
    assert found.parts > found.parts_left_out > 4
    assert front_error_mm(found, Similarity(1, np.eye(3), np.zeros(3)), person, person.vertices, stylist) < 1.0
    assert np.linalg.norm(found.code.shape - encoded.code.shape) < 0.25 * np.linalg.norm(encoded.code.shape)


def test_a_rough_cut_scan_with_holes_is_still_the_person(person, stylist):
    rng = np.random.default_rng(4)
    skin = person.skin()
    corners = skin.triangles()
    middle = skin.vertices[corners].mean(1)
    holes = middle[rng.integers(0, len(middle), 10)]
    kept = (np.linalg.norm(middle[:, None] - holes, axis=2).min(1) > 0.008) & (middle[:, 1] > -0.125)
    rough = skin.vertices + rng.normal(0, 0.0004, skin.vertices.shape)
    mesh, where = placed(Mesh.from_faces(rough, corners[kept]), 100.0, (-15, 25, 20))
    found = encode(mesh, stylist)
    assert front_error_mm(found, where, person, person.vertices, stylist) < 1.2


@pytest.mark.parametrize("name", ["simplified", "mask"])
def test_other_meshings_and_a_face_without_a_head(person, stylist, name):
    """A thousand vertices, or nothing behind the ears."""
    topology = getattr(shelf, name)()
    vertices = np.einsum("qk,qkc->qc", topology.weights.astype(np.float64), person.vertices[topology.anchors])
    mesh, where = placed(topology.mesh.with_vertices(vertices), 1000.0, (0, 90, 0))
    found = encode(mesh, stylist)
    assert front_error_mm(found, where, person, person.vertices, stylist) < 1.4


def test_unwelded_and_inside_out(person, encoded, stylist):
    """A triangle soup wound the wrong way round is the same head."""
    skin = person.skin()
    corners = skin.triangles()[:, ::-1]
    soup = Mesh.from_faces(skin.vertices[corners].reshape(-1, 3), np.arange(corners.size).reshape(-1, 3))
    found = encode(soup, stylist)
    assert np.linalg.norm(found.code.shape - encoded.code.shape) < 0.25 * np.linalg.norm(encoded.code.shape)


def test_a_laugh_is_an_expression_and_not_a_shape(head, person, neutral, stylist):
    smile = _expression(mouthSmileLeft=0.8, mouthSmileRight=0.8, jawOpen=0.3, browInnerUp=0.6)
    posed = head.posed(neutral[None], smile[None])[0].astype(np.float64)
    mesh, where = placed(replace(person, vertices=posed).mesh(), 10.0, (10, 10, -20))
    found = encode(mesh, stylist)
    values = dict(zip(ARKIT, found.code.expression, strict=True))
    assert min(values["mouthSmileLeft"], values["mouthSmileRight"]) > 0.4
    assert 0.1 < values["jawOpen"] < 0.6
    assert found.code.expression.min() >= 0
    assert found.code.expression.max() <= 1
    still = replace(found, code=replace(found.code, expression=np.zeros(len(ARKIT))))
    assert front_error_mm(still, where, person, neutral, stylist) < 1.5, "without the laugh the person is another"


def test_detail_brings_back_what_the_code_cannot_hold(person, stylist):
    """A welt on the cheek is no head shape; detail carries it, and lids and lips keep their rims."""
    cheek = person.vertices[:SKIN][:, 0] > 0
    centre = np.array([0.042, -0.04, person.vertices[:SKIN][cheek][:, 2].max() - 0.035])
    nearest = person.vertices[:SKIN][np.linalg.norm(person.vertices[:SKIN] - centre, axis=1).argmin()]
    away = np.linalg.norm(person.vertices[:SKIN] - nearest, axis=1)
    fields = head_fields(stylist)
    bumped = person.vertices.copy()
    bumped[:SKIN] += 0.0035 * np.exp(-0.5 * (away / 0.006) ** 2)[:, None] * fields.normals(person.vertices[:SKIN])
    found = encode(replace(person, vertices=bumped).skin(), stylist)
    detail = found.code.detail
    plain = stylist.decode(stylist.prepared, found.code.shape, found.code.expression)
    near = away < 0.006

    def off(fitted: np.ndarray) -> float:
        return float(np.linalg.norm(found.transform.apply(fitted)[:SKIN][near] - bumped[:SKIN][near], axis=1).mean())

    assert off(plain + detail) < 0.75 * off(plain)
    assert not detail[stylist.head.parts["eye_left"]].any()
    assert np.abs(detail[stylist.head.landmarks["lips_inner"]]).max() < 5e-4


def test_it_is_deterministic(person, encoded, stylist):
    again = encode(person.skin(), stylist)
    assert np.array_equal(again.code.shape, encoded.code.shape)
    assert again.transform.as_dict() == encoded.transform.as_dict()


def test_figures_are_honest(person, encoded):
    assert encoded.unit == "m"
    assert 0 < encoded.residual_mm["mean"] < 0.5
    assert encoded.residual_mm["mean"] < encoded.residual_mm["p95"] < 2
    assert encoded.covered > 0.98


def _boxes(*boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> trimesh.Trimesh:
    made = [trimesh.creation.box(size, trimesh.transformations.translation_matrix(at)) for size, at in boxes]
    return trimesh.util.concatenate(made).subdivide_to_size(0.05)


NO_HEADS = {
    "cube": lambda: _boxes(((0.3, 0.3, 0.3), (0, 0, 0))),
    "chair": lambda: _boxes(
        ((0.5, 0.05, 0.5), (0, 0.45, 0)),
        ((0.5, 0.5, 0.05), (0, 0.7, -0.22)),
        *(((0.05, 0.45, 0.05), (x, 0.22, z)) for x in (-0.2, 0.2) for z in (-0.2, 0.2)),
    ),
    "sphere": lambda: trimesh.creation.icosphere(4),
    "body": lambda: trimesh.util.concatenate(
        [
            trimesh.creation.capsule(h, r, transform=trimesh.transformations.translation_matrix(at))
            for h, r, at in ((0.5, 0.16, (0, 0, 0)), (0.8, 0.08, (-0.1, 0, -0.9)), (0.8, 0.08, (0.1, 0, -0.9)))
        ]
    ),
    "plane": lambda: _boxes(((0.5, 0.5, 1e-4), (0, 0, 0))),
}


@pytest.mark.parametrize("thing", NO_HEADS)
def test_what_is_no_head_is_refused(stylist, thing):
    made = NO_HEADS[thing]()
    with pytest.raises(LegoError, match="no head") as refusal:
        encode(Mesh.from_faces(np.asarray(made.vertices), np.asarray(made.faces)), stylist)
    assert refusal.value.code == ExitCode.FAILED
    assert refusal.value.hint


def test_the_back_of_a_head_is_refused(person, stylist):
    skin = person.skin()
    corners = skin.triangles()
    back = corners[skin.vertices[corners].mean(1)[:, 2] < -0.06]
    with pytest.raises(LegoError, match="no head"):
        encode(Mesh.from_faces(skin.vertices, back), stylist)


def test_hidden_surfaces_are_not_seen():
    """A ball inside a ball is out of sight, whichever way either is wound."""
    outer, inner = trimesh.creation.icosphere(4), trimesh.creation.icosphere(4, 0.6)
    faces = np.concatenate([outer.faces[:, ::-1], inner.faces + len(outer.vertices)])
    surface = outer_surface(Mesh.from_faces(np.concatenate([outer.vertices, inner.vertices]), faces))
    assert np.linalg.norm(surface.points, axis=1).min() > 0.9
    assert (surface.points * surface.normals).sum(1).min() > 0.9
    assert surface.parts_left_out == 1


def test_similarities_undo_themselves_and_are_recovered():
    rng = np.random.default_rng(0)
    known = Similarity(3.0, Rotation.random(random_state=1).as_matrix(), rng.normal(size=3))
    points = rng.normal(size=(20, 3))
    moved = known.apply(points)
    assert np.allclose(known.inverse(moved), points)
    assert np.allclose(known.inverted().apply(moved), points)
    assert np.allclose(known.after(known.inverted()).apply(points), points)
    other = Similarity(0.5, Rotation.random(random_state=2).as_matrix(), rng.normal(size=3))
    assert np.allclose(known.after(other).apply(points), known.apply(other.apply(points)))
    assert np.allclose(known.inverse_directions(known.apply_directions(points)), points)
    scale, rotation, translation = best_similarities(points[None], moved[None], np.ones((1, 20)))
    assert np.allclose(scale, 3.0)
    assert np.allclose(rotation[0], known.rotation)
    assert np.allclose(translation[0], known.translation)
    mirrored = best_similarities(points[None], moved[None] * [-1, 1, 1], np.ones((1, 20)))[1]
    assert np.isclose(np.linalg.det(mirrored[0]), 1.0), "a head would come out mirrored"
