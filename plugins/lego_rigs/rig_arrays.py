"""Arrays that a rig is made of, taken out of a file only when they are what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lego_cli.api import Floats, Ints

MOST = 20_000_000  # numbers of one array; ICT-FaceKit's shapes are 4 million
LARGEST = 1e6  # of a number in a head model, whatever its unit; beyond it products overflow


def numbers(arrays: Mapping[str, Any], name: str, shape: tuple[int | None, ...]) -> Floats:
    """The array ``name`` of real numbers, float64; a length of ``shape`` that is None is any but 0.

    Raises ``ValueError`` for one that is not there, has another shape, or numbers that are not finite or too large.
    """
    array = _shaped(arrays, name, shape, "fiu")
    if not (np.abs(array) <= LARGEST).all():
        raise ValueError(f"'{name}' has numbers that no head has")
    return array.astype(np.float64)


def indices(arrays: Mapping[str, Any], name: str, shape: tuple[int | None, ...], count: int) -> Ints:
    """The array ``name`` of whole numbers from 0 to ``count - 1``. Raises ``ValueError`` for any other."""
    array = _shaped(arrays, name, shape, "fiu")
    if not ((array >= 0) & (array < count)).all() or (array.dtype.kind == "f" and (array != np.floor(array)).any()):
        raise ValueError(f"'{name}' names what is not there")
    return array.astype(np.int64)


def names(arrays: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    """The array ``name`` of at most ``most`` different words. Raises ``ValueError`` for any other."""
    words = tuple(_shaped(arrays, name, (None,), "U")[: most + 1].tolist())
    if len(words) > most or len(set(words)) < len(words) or not all(word and word.isprintable() for word in words):
        raise ValueError(f"'{name}' is no list of names")
    return words


def _shaped(arrays: Mapping[str, Any], name: str, shape: tuple[int | None, ...], kinds: str) -> Any:
    array = arrays.get(name)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in kinds:
        raise ValueError(f"there is no array '{name}'")
    fits = array.ndim == len(shape) and all(
        n == m or (m is None and n) for n, m in zip(array.shape, shape, strict=True)
    )
    if not fits or array.size > MOST:
        raise ValueError(f"'{name}' has the shape {array.shape}")
    return array
