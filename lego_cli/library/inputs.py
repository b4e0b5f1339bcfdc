"""What a result was made from is never written over by it, in Python as on the command line."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from lego_cli.api import Mesh, ObjSource
from lego_cli.files.inputs import Inputs, guarded, guarding, note_input

Call = TypeVar("Call", bound=Callable[..., Any])
Made = TypeVar("Made", bound=Callable[..., Any])


def with_inputs(call: Call) -> Call:
    """Let what ``call`` returns know the files that were read for it, those of its first argument among them."""

    @wraps(call)
    def calling(source: Any, *arguments: Any, **keywords: Any) -> Any:
        with guarding(getattr(source, "inputs", None)):
            _note_mesh(source)
            return call(source, *arguments, **keywords)

    return cast(Call, calling)


def without_inputs(save: Made) -> Made:
    """Let the ``save`` of a result, which has its :class:`Inputs` as ``inputs``, write none of them over."""

    @wraps(save)
    def saving(result: Any, *arguments: Any, **keywords: Any) -> Any:
        with guarding(result.inputs):
            return save(result, *arguments, **keywords)

    return cast(Made, saving)


def read_so_far() -> Inputs:
    """The files that the running call has read: what a result keeps as its ``inputs``."""
    return guarded() or Inputs()


def _note_mesh(source: Any) -> None:
    if isinstance(source, Mesh):
        beside = source.source.companions.values() if isinstance(source.source, ObjSource) else ()
        for path in (source.path, *beside):
            if path is not None:
                note_input(path)
