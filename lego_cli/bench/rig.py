"""``lego bench rig``: do contacts hold in every style, and are expressions what they were on the person?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from lego_cli import assets
from lego_cli.api import ARKIT, Report, silent
from lego_cli.bench.faces import BLINKS, EYES, MOUTHS, SEALS, expressions, singles
from lego_cli.bench.options import COPY, FILE, NO_CORRECTIVES, POSED, RIG_METHODS, BenchRigOptions
from lego_cli.core.avatar import Avatar
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.keep.own_topology import head_topology
from lego_cli.core.motion import contact_measures as contacts
from lego_cli.core.motion.deformation_transfer import DeformationTransfer
from lego_cli.core.motion.face_readings import face_readings
from lego_cli.core.motion.rigging import shapes_of
from lego_cli.core.stylist import Code
from lego_cli.errors import ExitCode, LegoError

if TYPE_CHECKING:
    from lego_cli.api import Floats, Renderer
    from lego_cli.registry import Registry

Figures = dict[str, float]
Poser = Callable[["Floats"], "Floats"]
BARE = ("skin", "mouth_bag")  # what deformation transfer carries; other parts follow as ours do
PLAIN = "no style"
ROLLED = 1  # the last seals roll the lips' rims inside, where they need not meet


class RigBench:
    """Everything that all styles share."""

    def __init__(self, registry: Registry, renderer: Renderer, options: BenchRigOptions | None = None) -> None:
        """Raises LegoError (exit code 2) for an unknown method."""
        self.options = o = options or BenchRigOptions()
        for method in o.methods:
            if method not in RIG_METHODS:
                raise LegoError(f"--method has no '{method}'", f"choose from {', '.join(RIG_METHODS)}", ExitCode.USAGE)
        self.registry, self.stylist = registry, assets.stylist(registry)
        self.topology = head_topology(self.stylist.head)
        self.contacts = contacts.ContactMeasures(self.stylist.head, renderer)
        self.codes = self._people(o.people, o.seed)

    def __call__(self, name: str, report: Report = silent) -> dict[str, Figures]:
        """Figures of one style by method: the worst person of each contact, means of the rest."""
        styles = [] if name == PLAIN else [(assets.style(self.registry, name), 1.0)]
        found: dict[str, list[Figures]] = {method: [] for method in self.options.methods}
        for done, code in enumerate(self.codes):
            report(name, done, len(self.codes))
            person, styled = self.stylist.avatar(code), self.stylist.avatar(code, styles)
            for method in self.options.methods:
                start = time.process_time()
                poser = self._poser(method, person, styled)
                poser(np.eye(len(ARKIT)))
                seconds = time.process_time() - start
                found[method].append(self._figures(poser, person, styled) | {"seconds": seconds})
        report(name, len(self.codes), len(self.codes))
        return {method: _together(figures) for method, figures in found.items()}

    def _people(self, count: int, seed: int) -> list[Code]:
        head = self.stylist.head
        drawn = [head.sample(1, ("adult", "wide")[k % 2], seed + k) for k in range(count)]
        neutral = np.asarray(head.neutral(np.concatenate(drawn)), np.float64)
        shapes = ShapeSolver(head, assets.surface_net())(neutral)
        return [Code(shape, np.zeros(len(ARKIT))) for shape in shapes]

    def _poser(self, method: str, person: Avatar, styled: Avatar) -> Poser:
        """What a method makes of expressions, for one head."""
        if method == POSED:
            return lambda values: styled.poses(self.topology, values)
        if method in (FILE, NO_CORRECTIVES):
            neutral, shapes, correctives, extra = shapes_of(lambda values: styled.poses(self.topology, values))
            if method == NO_CORRECTIVES:
                return lambda values: neutral + np.tensordot(values, shapes, 1)
            return lambda values: neutral + np.tensordot(values, shapes, 1) + np.tensordot(
                np.stack([c.weight(dict(zip(ARKIT, values.T, strict=True))) for c in correctives], 1), extra, 1
            )  # fmt: skip
        if method == COPY:
            moved = person.poses(self.topology, np.eye(len(ARKIT))) - person.neutral
            return lambda values: styled.neutral + np.tensordot(values, moved, 1)
        return self._transferred(person, styled)

    def _transferred(self, person: Avatar, styled: Avatar) -> Poser:
        """Sumner and Popovic's way, from the person's own expressions; inner parts as ours."""
        head = self.stylist.head
        triangles = np.asarray(head.mesh.triangles())
        bare = np.concatenate([np.asarray(head.parts[name]) for name in BARE])
        carried = triangles[np.isin(triangles, bare).all(1)]
        transfer = DeformationTransfer(person.neutral, styled.neutral, carried, np.atleast_1d(head.landmarks["crown"]))

        def poses(values: Floats) -> Floats:
            ours = styled.poses(self.topology, values)
            for row, posed in zip(ours, person.poses(self.topology, values), strict=True):
                row[transfer.used] = transfer(posed)[transfer.used]
            return ours

        return poses

    def _figures(self, poser: Poser, person: Avatar, styled: Avatar) -> Figures:
        head = self.stylist.head
        shut, eyes = poser(expressions(BLINKS)), poser(np.concatenate([expressions(EYES), singles(True)]))
        sealed, mouths = poser(expressions(SEALS)), poser(np.concatenate([expressions(MOUTHS), singles(False)]))
        seen, pierced = self.contacts(shut, contacts.EYES)
        lips_seen, teeth = self.contacts(sealed, contacts.MOUTH)[0], self.contacts(mouths, contacts.TEETH)[1]
        upper, lower = (np.asarray(head.landmarks[f"lip_{lip}"]) for lip in ("upper", "lower"))
        gaps = 1000 * (sealed[:, upper, 1] - sealed[:, lower, 1])[: len(SEALS) - ROLLED, 1:-1].max(1)
        asked = np.concatenate([np.eye(len(ARKIT)), *(expressions(m) for m in (BLINKS, EYES, SEALS, MOUTHS))])
        wanted = face_readings(person.poses(self.topology, asked), person.neutral, head.landmarks)
        got = face_readings(poser(asked), styled.neutral, head.landmarks)
        return {
            "blink_px": float(seen.max()),
            "lids_px": float(max(pierced.max(), self.contacts(eyes, contacts.EYES)[1].max())),
            "teeth_px": float(teeth.max()),
            "sealed_px": float(lips_seen.max()),
            "lip_gap_mm": float(gaps.max()),
            "expression_error": float(np.linalg.norm(got - wanted) / np.linalg.norm(wanted)),
        }


WORST = ("blink_px", "lids_px", "teeth_px", "sealed_px", "lip_gap_mm")


def _together(figures: list[Figures]) -> Figures:
    """The worst of what goes wrong, the median of times, the mean of the rest."""
    found = {key: [f[key] for f in figures] for key in figures[0]}
    means = {
        "expression_error": float(np.mean(found["expression_error"])),
        "seconds": float(np.median(found["seconds"])),
    }
    return {key: max(found[key]) for key in WORST} | means
