"""Pickles of head models read without running them: arrays come back as plain data, every other class is refused.

Model files such as FLAME's are pickles that name numpy, scipy and chumpy classes. Here each of those names means an
inert stand-in that only keeps what it is given; nothing is imported, called or made on behalf of the file.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lego_cli.api import LegoError

if TYPE_CHECKING:
    from lego_cli.api import Floats

MOST_BYTES = 512 << 20
KINDS = "fiub"  # of numbers: floats, integers and flags


class Kept:
    """Keeps how it was made and what it was given; does nothing."""

    def __new__(cls, *arguments: Any) -> Kept:
        """An object that remembers its arguments."""
        made = super().__new__(cls)
        made.arguments, made.state = arguments, None
        return made

    def __init__(self, *arguments: Any) -> None:
        self.arguments: tuple[Any, ...]
        self.state: Any

    def __setstate__(self, state: Any) -> None:
        self.state = state


class Array(Kept):
    """Stands for ``numpy.ndarray``."""


class DType(Kept):
    """Stands for ``numpy.dtype``."""


class Sparse(Kept):
    """Stands for a sparse matrix of scipy."""


class Chumpy(Kept):
    """Stands for an array of chumpy."""


class Nothing(Kept):
    """Stands for ``object``, sets and others that hold no arrays."""


def _reconstruct(*_: Any) -> Array:
    return Array()


def _frombuffer(data: Any, kind: Any, shape: Any, order: Any = "C") -> Array:
    array = Array()
    array.state = (1, shape, kind, order == "F", bytes(data) if isinstance(data, bytes | bytearray) else None)
    return array


def _reconstructor(kind: Any, *_: Any) -> Kept:
    if not (isinstance(kind, type) and issubclass(kind, Kept)):
        raise pickle.UnpicklingError("an object of a class that is none of ours")
    return kind()


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("text in an encoding that arrays never have")
    return text.encode("latin1")


STAND_INS: dict[str, Any] = {
    "numpy.ndarray": Array,
    "numpy.dtype": DType,
    "_codecs.encode": _encode,
    "copy_reg._reconstructor": _reconstructor,
    "copyreg._reconstructor": _reconstructor,
    **{f"{home}.{name}": Nothing for home in ("__builtin__", "builtins") for name in ("object", "set", "frozenset")},
    "collections.OrderedDict": Nothing,
    "chumpy.ch.Ch": Chumpy,
    **{f"numpy.{core}.multiarray._reconstruct": _reconstruct for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray.scalar": Nothing for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _frombuffer for core in ("core", "_core")},
    **{
        f"scipy.sparse.{private}{kind}.{kind}_{form}": Sparse
        for private in ("", "_")
        for kind in ("csc", "csr", "coo")
        for form in ("matrix", "array")
    },
}


class InertUnpickler(pickle.Unpickler):
    """Knows the stand-ins and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a class. Raises LegoError for every other name."""
        stand_in = STAND_INS.get(f"{module}.{name}")
        if stand_in is None:
            message = f"the pickle names {module}.{name}, which no array needs: it was not read"
            raise LegoError(message, "get the file from its makers again; pickles can run programs")
        return stand_in


def read_pickled_arrays(path: Path) -> dict[str, Floats]:
    """The arrays of the dictionary in a pickle, by name; other entries are left out.

    Raises LegoError for a file that is damaged, holds no dictionary, or names a class that is no array.
    """
    hint = "give the model file as its makers publish it"
    if path.stat().st_size > MOST_BYTES:
        raise LegoError(f"{path.name} is too large: {path.stat().st_size >> 20} MB", hint)
    try:
        with path.open("rb") as file:
            table = InertUnpickler(file, encoding="latin1").load()
        if not isinstance(table, dict):
            raise LegoError(f"{path.name} holds no dictionary of arrays", hint)
        found = {name: as_array(value) for name, value in table.items() if isinstance(name, str)}
    except LegoError:
        raise
    except Exception as error:  # a damaged pickle fails in any way there is
        raise LegoError(f"{path.name} is no whole pickle: {type(error).__name__}", hint) from None
    return {name: array for name, array in found.items() if array is not None}


def as_array(value: Any) -> Floats | None:
    """A stand-in as the array that it stands for; None for what holds no numbers."""
    if isinstance(value, Chumpy):
        return as_array(value.state.get("x")) if isinstance(value.state, dict) else None
    if isinstance(value, Sparse):
        return _dense(value.state) if isinstance(value.state, dict) else None
    if isinstance(value, Array) and isinstance(value.state, tuple) and len(value.state) == 5:
        return _numbers(*value.state[1:])
    return None


def _numbers(shape: Any, kind: Any, fortran: Any, data: Any) -> Floats | None:
    if not isinstance(kind, DType) or not kind.arguments or not isinstance(kind.arguments[0], str):
        return None
    data = data.encode("latin1") if isinstance(data, str) else data
    dtype = np.dtype(kind.arguments[0])
    if dtype.kind not in KINDS or not isinstance(data, bytes):
        return None
    if isinstance(kind.state, tuple) and len(kind.state) > 1 and kind.state[1] in ("<", ">"):
        dtype = dtype.newbyteorder(kind.state[1])
    array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
    plain: Floats = array.astype(array.dtype.newbyteorder("="))
    return plain


def _dense(state: dict[str, Any]) -> Floats:
    from scipy.sparse import coo_matrix, csc_matrix

    shape = tuple(int(n) for n in state["_shape"])
    if len(shape) != 2 or shape[0] * shape[1] * 8 > MOST_BYTES:
        raise ValueError("a sparse matrix of impossible size")
    parts = {name: as_array(state[name]) for name in ("data", "indices", "indptr", "row", "col") if name in state}
    if "row" in parts:
        return np.asarray(coo_matrix((parts["data"], (parts["row"], parts["col"])), shape=shape).todense())
    pointers = parts["indptr"]
    by_column = pointers is not None and len(pointers) == shape[1] + 1
    entries = (parts["data"], parts["indices"], pointers)
    if by_column and shape[0] != shape[1]:
        return np.asarray(csc_matrix(entries, shape=shape).todense())
    return np.asarray(csc_matrix(entries, shape=shape[::-1]).todense()).T
