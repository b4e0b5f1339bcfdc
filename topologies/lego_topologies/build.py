"""Makes the topologies of this package from a head model.

    OPENBLAS_CORETYPE=Haswell python -m lego_topologies.build -o topologies/lego_topologies/data [NAME ...]

Needs what lego itself needs (numpy and scipy), nothing else. All six take about a minute. The same bytes come out every
time. Remeshing turns the last bit of a number into another vertex, and BLAS rounds otherwise on other processors:
without the variable ``dense`` may have a few vertices more or less.
"""

from __future__ import annotations

import argparse
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import Mesh, Topology
from lego_topologies.archive import write_topology
from lego_topologies.sheet import NONE, Sheet, head_sheet, joined
from lego_topologies.shelf import SUMMARIES
from lego_topologies.sides import Sides
from lego_topologies.uv_layout import laid_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lego_cli.api import HeadModel
    from lego_topologies.even import Evenness

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


class Source:
    """A head model, made exactly symmetric, to build topologies from."""

    def __init__(self, head: HeadModel) -> None:
        self.head = head
        self.names = head.mesh.groups
        mirror = np.asarray(head.mirror)
        self.rest, self.template = (
            _symmetric(np.asarray(x, np.float64), mirror) for x in (head.vertices, head.template)
        )
        self.sheet = head_sheet(head)
        partner = np.array([self.names.index(_other_side(n)) for n in self.names])
        self.sides = Sides(self.rest, mirror, partner)

    @cached_property
    def smooth(self) -> Sheet:
        """The head subdivided once, without lashes."""
        from lego_topologies.smooth_head import smooth_head

        return smooth_head(self.sheet, self.names)

    @property
    def smooth_skin(self) -> Sheet:
        """The subdivided skin alone."""
        return self.smooth.with_faces(self.group("skin", of=self.smooth))

    def group(self, *names: str, of: Sheet | None = None) -> Mask:
        """Mask of the faces of some parts, of the head as it is or of another sheet."""
        return np.isin((of or self.sheet).group, [self.names.index(n) for n in names])


def head_topology(source: Source) -> Sheet:
    """The head model as it is."""
    return source.sheet


def mask_topology(source: Source) -> Sheet:
    """The face alone."""
    from lego_topologies.mask import mask_sheet

    return mask_sheet(source.sheet.with_faces(source.group("skin")), source.sides)


def looped_topology(source: Source) -> Sheet:
    """The head subdivided."""
    return source.smooth


def dense_topology(source: Source, evenness: Evenness | None = None) -> Sheet:
    """Even triangles over the skin, lined, with the inner parts."""
    from lego_topologies.even import Evenness, even_skin
    from lego_topologies.lining import lined

    skin = even_skin(source.smooth_skin, source.sides, evenness or Evenness(count=5000, rounds=12))
    eyes = source.smooth.with_faces(source.group("eye_left", "eye_right", of=source.smooth))
    mouth = source.sheet.with_faces(source.group("teeth_upper", "teeth_lower", "tongue"))
    hollows = source.group("mouth_bag", "socket_left", "socket_right") & ~source.sheet.bridges()
    eyes, mouth, hollow = (source.sides.both(s) for s in (eyes, mouth, source.sheet.with_faces(hollows)))
    return joined(lined(skin, source.sheet, hollow, source.names, source.rest), eyes, mouth)


def simplified_topology(source: Source) -> Sheet:
    """Few triangles over the skin."""
    from lego_topologies.even import Evenness, even_skin

    options = Evenness(count=1010, shortest=0.002, longest=0.026, grading=0.5, thrift=1.6, rounds=12)
    return even_skin(source.smooth_skin, source.sides, options)


def points_topology(source: Source) -> Sheet:
    """A cloud."""
    from lego_topologies.scatter import scattered

    return scattered(source.smooth_skin, source.sides, count=35_000, seed=7)


MAKERS: dict[str, Callable[[Source], Sheet]] = {
    "head": head_topology,
    "mask": mask_topology,
    "simplified": simplified_topology,
    "dense": dense_topology,
    "looped": looped_topology,
    "points": points_topology,
}


def topology_of(name: str, sheet: Sheet, source: Source) -> Topology:
    """A finished sheet as a topology."""
    anchors, weights = _anchors(sheet)
    topology = Topology(
        name=name,
        summary=SUMMARIES[name],
        licence=source.head.licence,
        mesh=_mesh(sheet, source),
        points=sheet.positions(source.template).astype(np.float32),
        anchors=anchors,
        weights=weights.astype(np.float32),
        parts={source.names[p]: np.flatnonzero(sheet.part == p) for p in np.unique(sheet.part)},
    )
    return laid_out(topology)


def _mesh(sheet: Sheet, source: Source) -> Mesh:
    there = sheet.faces != NONE
    kept = np.unique(np.concatenate([sheet.group, sheet.part]))
    names = tuple(source.names[g] for g in kept)
    if not len(sheet.faces):
        return Mesh.from_faces(sheet.positions(source.rest), sheet.faces[:, :3], groups=names, face_group=sheet.group)
    uvs, corner_uv = np.unique(np.round(sheet.uv[there] * 2**16).astype(np.int64), axis=0, return_inverse=True)
    return Mesh(
        sheet.positions(source.rest),
        there.sum(1),
        sheet.faces[there],
        uvs=uvs / 2.0**16,
        corner_uv=corner_uv.reshape(-1),
        groups=names,
        face_group=np.searchsorted(kept, sheet.group),
    )


def _anchors(sheet: Sheet) -> tuple[Ints, Floats]:
    """``(N, 4)`` head-model vertices and convex weights of the flat place of each vertex."""
    count = len(sheet.part)
    anchors, weights = np.zeros((count, 4), np.int64), np.zeros((count, 4))
    for v in range(count):
        row = slice(*sheet.place.indptr[v : v + 2])
        order = np.argsort(-sheet.place.data[row], kind="stable")[:4]
        anchors[v, : len(order)] = sheet.place.indices[row][order]
        weights[v, : len(order)] = sheet.place.data[row][order]
    return anchors, weights / weights.sum(1, keepdims=True)


def _symmetric(values: Floats, mirror: Ints) -> Floats:
    return np.asarray((values + values[mirror] * [-1, 1, 1]) / 2)


def _other_side(name: str) -> str:
    if name.endswith("left"):
        return name[:-4] + "right"
    return name[:-5] + "left" if name.endswith("right") else name


def main() -> None:
    """Build the named topologies, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="topologies to make; all when none is named")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the files")
    parser.add_argument("--head", default="lego_heads.anny_head:load", help="module:function that gives the head model")
    options = parser.parse_args()
    module, _, function = options.head.partition(":")
    source = Source(getattr(import_module(module), function)())
    for name in options.names or MAKERS:
        sheet = MAKERS[name](source)
        path = options.output / f"{name}.npz"
        write_topology(topology_of(name, sheet, source), path)
        print(f"{name}: {len(sheet.part)} vertices, {len(sheet.faces)} faces, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
