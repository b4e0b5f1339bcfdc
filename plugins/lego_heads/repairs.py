"""Linear repairs of the source's heads, made once when baking and applied to its bases when loading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from lego_cli.api import ARKIT
from lego_heads.cavity import WallBinding
from lego_heads.lips import LipSeal

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]
    Arrays = dict[str, NDArray[Any]]

SEALED = (
    "cheekPuff", "cheekSquint", "jawForward", "jawLeft", "jawRight", "mouthDimple", "mouthFrown", "mouthLeft",
    "mouthPress", "mouthRight", "mouthRoll", "mouthShrug", "mouthStretch", "noseSneer",
)  # fmt: skip
"""Actions that leave closed lips closed."""
DIGITS = 7  # weights are rounded, so that the last bits of a linear algebra library do not show


def repair_arrays(mean: Floats, skin: Ints, walls: Ints, mirror: Ints) -> Arrays:
    """The repairs found on the mean head ``(V, 3)``, made symmetric, as arrays for the head file."""
    seal = LipSeal(mean, skin)
    bind = WallBinding(mean, skin, walls, seal.rings[0])
    offset = (seal.offset + seal.offset[mirror]) / 2
    moved = np.flatnonzero(offset)
    arrays: Arrays = {"seal_moved": moved.astype(np.uint16)}
    arrays["seal_offset"] = np.round(offset[moved], 9).astype(np.float32)
    for name, matrix in (("seal", seal.matrix), ("bind", bind.matrix)):
        entries = csr_matrix((matrix + matrix[mirror][:, mirror]) / 2)
        entries.data = np.round(entries.data, DIGITS)
        entries.eliminate_zeros()
        entries.sort_indices()
        row, column = entries.nonzero()
        arrays |= {f"{name}_row": row.astype(np.uint16), f"{name}_column": column.astype(np.uint16)}
        arrays[f"{name}_weight"] = entries.data.astype(np.float32)
    return arrays


class Repairs:
    """Seals the lips and keeps the mouth's walls inside; linear, so it applies to positions and displacements."""

    def __init__(self, arrays: Arrays, count: int) -> None:
        """``arrays`` as made by :func:`repair_arrays`, for heads of ``count`` vertices."""
        self._seal, self._bind = (_Update(arrays, name, count) for name in ("seal", "bind"))
        self._moved, self._offset = arrays["seal_moved"].astype(np.int64), arrays["seal_offset"]

    def apply(self, shapes: Floats, positions: bool) -> None:
        """Repair displacements, or ``positions``, ``(n, V, 3)``, in place."""
        self._seal.add(shapes, (1, 2))
        if positions:
            shapes[:, self._moved, 1] += self._offset
        self._bind.add(shapes, (0, 1, 2))

    def keep_closed(self, heads: Floats, neutral: Floats, share: Floats | None = None) -> None:
        """Close what a change opened between the lips of ``heads (n, V, 3)``, in place; a ``share (n,)`` of it."""
        change = heads - neutral
        before = change[:, self._seal.rows, 1].copy()
        self._seal.add(change, (1,))
        closing = change[:, self._seal.rows, 1] - before
        heads[:, self._seal.rows, 1] += closing if share is None else share[:, None] * closing

    def press(self, heads: Floats, depth: Floats) -> None:
        """Push each lip of ``heads (n, V, 3)`` towards the other by ``depth (n,)`` metres, in place.

        The offset of the seal keeps them apart by as much everywhere.
        """
        heads[:, self._moved, 1] -= depth[:, None] * (self._offset / np.abs(self._offset).max())

    def keep_sealed(self, actions: Floats) -> None:
        """Take the change of the slit out of actions ``(52, V, 3)`` made with closed lips, in place.

        The source made them for lips that stand 2 mm apart. ``mouthClose`` is made to seal an open jaw.
        """
        sealed = [k for k, name in enumerate(ARKIT) if name.startswith(SEALED)]
        chosen = actions[sealed]
        self._seal.add(chosen, (1,))
        actions[sealed] = chosen
        jaw, close = ARKIT.index("jawOpen"), ARKIT.index("mouthClose")
        both = (actions[jaw] + actions[close])[None]
        self._seal.add(both, (1,))
        actions[close] = both[0] - actions[jaw]


class _Update:
    """``x += M @ x`` on the few vertices that a sparse ``M`` touches."""

    def __init__(self, arrays: Arrays, name: str, count: int) -> None:
        self.rows, row = np.unique(arrays[f"{name}_row"].astype(np.int64), return_inverse=True)
        self.columns, column = np.unique(arrays[f"{name}_column"].astype(np.int64), return_inverse=True)
        self.matrix = csr_matrix((arrays[f"{name}_weight"], (row, column)))

    def add(self, shapes: Floats, axes: tuple[int, ...]) -> None:
        chosen = list(axes)
        source = np.ascontiguousarray(shapes[:, self.columns][..., chosen].transpose(1, 0, 2), np.float32)
        change = (self.matrix @ source.reshape(len(self.columns), -1)).reshape(len(self.rows), len(shapes), -1)
        for k, axis in enumerate(chosen):
            shapes[:, self.rows, axis] += change[..., k].T
