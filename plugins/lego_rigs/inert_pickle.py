"""Pickles of head models read without running them: what they say is kept, never imported, called or made.

Model files such as FLAME's are pickles that name numpy, scipy and chumpy classes. Python's own unpickler has no part
in this: a small machine goes through the operations, and where they make, call or fill an object, it is written down
what with. Names that no array needs end it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lego_cli.api import LegoError, input_bytes
from lego_rigs.pickle_codes import Text, operations

if TYPE_CHECKING:
    from lego_cli.api import Floats

MOST_BYTES = 256 << 20  # of the file, and of all arrays made of it
MOST_OPERATIONS = 20_000  # FLAME's files take a few hundred
HINT = "give the model file as its makers publish it"
KNOWN: dict[str, str] = {
    "numpy.ndarray": "array",
    "numpy.dtype": "dtype",
    "_codecs.encode": "encode",
    "chumpy.ch.Ch": "chumpy",
    **{f"{home}._reconstructor": "reconstructor" for home in ("copy_reg", "copyreg")},
    **{
        f"{home}.{name}": name
        for home in ("__builtin__", "builtins")
        for name in ("object", "set", "frozenset", "bytes")
    },
    "collections.OrderedDict": "object",
    **{f"numpy.{core}.multiarray._reconstruct": "array" for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray.scalar": "object" for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": "frombuffer" for core in ("core", "_core")},
    **{
        f"scipy.sparse.{private}{form}.{form}_{kind}": form
        for private in ("", "_")
        for form in ("csc", "csr", "coo")
        for kind in ("matrix", "array")
    },
}
"""Names that pickles of arrays use, and what each stands for."""


@dataclass(frozen=True)
class Name:
    """A class or function that a pickle names."""

    kind: str


@dataclass(eq=False)
class Kept:
    """An object that a pickle asks for: what it would be, what it was called with and what state it was given."""

    kind: str
    arguments: tuple[Any, ...] = ()
    state: Any = None

    @staticmethod
    def of(callee: Any, arguments: Any) -> Kept:
        """What stands for the result of a call. Raises ``ValueError`` for a call of what is no name."""
        if not isinstance(callee, Name) or not isinstance(arguments, tuple):
            raise ValueError("a call of what cannot be called")
        if callee.kind == "reconstructor":
            callee = arguments[0] if arguments and isinstance(arguments[0], Name) else Name("object")
        return Kept(callee.kind, arguments)


def read_pickled_arrays(path: Path, names: Collection[str]) -> dict[str, Floats]:
    """The arrays called ``names`` of the dictionary in a pickle; those that are none are left out.

    Raises LegoError for a file that is damaged or too large, holds no dictionary, or names a class that is no array.
    """
    from lego_rigs.pickled_array import ArrayMaker

    data = input_bytes(path, MOST_BYTES, HINT)
    try:
        table = kept(data)
        if not isinstance(table, dict):
            raise LegoError(f"{path.name} holds no dictionary of arrays", HINT)
        maker = ArrayMaker(MOST_BYTES)
        found = {name: maker.array(table.get(name)) for name in names}
    except (ValueError, IndexError, TypeError) as damage:
        raise LegoError(f"{path.name} is no whole pickle: {damage}", HINT) from None
    return {name: array for name, array in found.items() if array is not None}


def kept(data: bytes) -> Any:
    """What a pickle holds. Raises ``ValueError``, ``IndexError`` or ``TypeError`` for a damaged one."""
    machine = Machine()
    for code, argument in operations(data, MOST_OPERATIONS):
        if code == b".":
            return machine.stack.pop()
        machine.do(code, argument)
    raise ValueError("it has no end")


@dataclass
class Machine:
    """The state of reading: values not yet used, where marks were set, and what may be asked for again."""

    stack: list[Any] = field(default_factory=list)
    marks: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def do(self, code: bytes, argument: Any) -> None:
        """One operation."""
        stack = self.stack
        if code in _PUSHED:
            stack.append(_value(argument))
        elif code in _MADE:
            stack.append(_MADE[code]())
        elif code in _TUPLES:
            count = _TUPLES[code]
            stack[len(stack) - count :] = [tuple(self._top(count))]
        elif code in b"hjg":
            stack.append(self.memo[_place(argument, self.memo)])
        elif code in b"qrp\x94":
            self.memo[len(self.memo) if code == b"\x94" else _small(argument)] = stack[-1]
        elif code in b"ci\x93":
            self._named(code, argument)
        elif code in b"(012tld\x91":
            self._marked(code)
        elif code in b"aesub\x90":
            self._filled(code)
        elif code in b"Ro\x81\x92":
            self._called(code)

    def _top(self, count: int) -> list[Any]:
        if len(self.stack) < count:
            raise ValueError("it uses what is not there")
        return self.stack[len(self.stack) - count :]

    def _since_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.marks.pop()
        return items

    def _named(self, code: bytes, argument: Any) -> None:
        if code == b"\x93":
            name, module = self.stack.pop(), self.stack.pop()
        else:
            module, name = argument
        kind = KNOWN.get(f"{module}.{name}") if isinstance(module, str) and isinstance(name, str) else None
        if kind is None:
            said = f"{module}.{name}"[:100] if isinstance(module, str) and isinstance(name, str) else "nothing"
            message = f"the pickle names {said}, which no array needs: it was not read"
            raise LegoError(message, "get the file from its makers again; pickles can run programs")
        arguments = tuple(self._since_mark()) if code == b"i" else ()
        self.stack.append(Kept.of(Name(kind), arguments) if code == b"i" else Name(kind))

    def _marked(self, code: bytes) -> None:
        if code == b"(":
            self.marks.append(self.stack)
            self.stack = []
        elif code == b"0" and not self.stack:
            self.stack = self.marks.pop()
        elif code == b"0":
            self.stack.pop()
        elif code == b"2":
            self.stack.append(self.stack[-1])
        else:
            items = self._since_mark()
            if code in _GATHERED:
                self.stack.append(_GATHERED[code](items))

    def _filled(self, code: bytes) -> None:
        """Items, entries or a state for what lies below them."""
        count = {b"a": 1, b"b": 1, b"s": 2}.get(code)
        if count is None:
            items = self._since_mark()
        else:
            items = self._top(count)
            del self.stack[len(self.stack) - count :]
        into = self.stack[-1]
        if code == b"b" and isinstance(into, Kept):
            into.state = items[0]
        elif code in b"ae" and isinstance(into, list):
            into.extend(items)
        elif code in b"su" and isinstance(into, dict):
            into.update(_table(items))
        elif not isinstance(into, Kept):
            raise ValueError("it fills what cannot be filled")

    def _called(self, code: bytes) -> None:
        if code == b"o":
            callee, *arguments = self._since_mark()
            self.stack.append(Kept.of(callee, tuple(arguments)))
            return
        if code == b"\x92":
            self.stack.pop()  # keywords, of which arrays have none
        callee, given = self._top(2)
        self.stack[len(self.stack) - 2 :] = [Kept.of(callee, given)]


_PUSHED = frozenset(bytes([code]) for code in b"KMJGILFSVUTXCB\x8c\x8d\x8e\x96\x8a\x8b")
_MADE: dict[bytes, Any] = {
    b"]": list, b"}": dict, b")": tuple, b"N": lambda: None, b"\x88": lambda: True, b"\x89": lambda: False,
    b"\x8f": lambda: Kept("object"),
}  # fmt: skip
_TUPLES = {b"\x85": 1, b"\x86": 2, b"\x87": 3}


def _value(argument: Any) -> Any:
    """Short texts as text, so that they can be names; all else as it is."""
    short = argument.short() if isinstance(argument, Text) else None
    return argument if short is None else short


def _small(place: int) -> int:
    if not 0 <= place < MOST_OPERATIONS:
        raise ValueError("it remembers more than there is")
    return place


def _place(place: int, memo: dict[int, Any]) -> int:
    if place not in memo:
        raise ValueError("it uses what is not there")
    return place


def _table(items: list[Any]) -> dict[str, Any]:
    """Entries ``[key, value, key, value, ...]``; those whose key is no short text hold no array that we look for."""
    if len(items) % 2:
        raise ValueError("an entry without a value")
    return {key: value for key, value in zip(items[::2], items[1::2], strict=True) if isinstance(key, str)}


_GATHERED: dict[bytes, Callable[[list[Any]], Any]] = {
    b"t": tuple, b"l": list, b"d": _table, b"\x91": lambda _: Kept("object"),
}  # fmt: skip
