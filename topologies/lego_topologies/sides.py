"""The two sides of a head: work is done on the left one and mirrored, so that results are exactly symmetric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_topologies.sheet import NONE, Sheet, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

ON_MIDLINE = 1e-9  # metres


@dataclass(frozen=True)
class Sides:
    """A symmetric head ``rest (V, 3)``, its left/right map ``mirror (V,)``, and the same for parts, ``partner``."""

    rest: Floats
    mirror: Ints
    partner: Ints

    def left(self, sheet: Sheet) -> Mask:
        """Mask of the faces on the subject's left. Raises ValueError when a face lies across the midline."""
        x = sheet.positions(self.rest)[:, 0]
        corners = np.where(sheet.faces == NONE, 0, x[sheet.faces])
        if ((corners > ON_MIDLINE).any(1) & (corners < -ON_MIDLINE).any(1)).any():
            raise ValueError("a face lies across the midline")
        return np.asarray((corners > -ON_MIDLINE).all(1))

    def both(self, sheet: Sheet, work: Callable[[Sheet], Sheet] = Sheet.triangulated) -> Sheet:
        """What ``work`` makes of the left half of ``sheet``, and its mirror image."""
        return self.mirrored(work(sheet.with_faces(self.left(sheet))))

    def mirrored(self, half: Sheet) -> Sheet:
        """The half and its mirror image as one sheet, welded at the midline."""
        own = np.abs(half.positions(self.rest)[:, 0]) > ON_MIDLINE
        image = np.arange(len(own))
        image[own] = len(own) + np.arange(int(own.sum()))
        order = np.where((half.faces[:, 3] != NONE)[:, None], [0, 3, 2, 1], [0, 2, 1, 3])
        turned = np.take_along_axis(half.faces, order, 1)
        uv, twin = (np.take_along_axis(a, order[..., None], 1) for a in (half.twin_uv, half.uv))
        other = Sheet(
            np.full_like(turned, NONE),  # its faces use vertices of both halves, so they come last
            uv,
            twin,
            self.partner[half.group],
            self.partner[half.part][own],
            half.smooth[own][:, self.mirror],
            half.place[own][:, self.mirror],
        )
        faces = np.where(turned == NONE, NONE, image[turned])
        return replace(joined(half, other), faces=np.concatenate([half.faces, faces]))
