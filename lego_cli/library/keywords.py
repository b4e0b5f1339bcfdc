"""Keyword options of the Python functions. Their defaults and help lines are those of the option dataclasses.

Type checkers read the dictionaries here; that they name the fields of the dataclasses, and no others, is tested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields
from typing import Any, TypedDict, TypeVar

from lego_cli.registry import nearest

Names = str | Iterable[str] | Mapping[str, float]
"""``"pixar"``, ``["pixar=0.7", "elf"]`` or ``{"pixar": 0.7, "elf": 1}``."""

Call = TypeVar("Call", bound=Callable[..., Any])


class StylizeKeywords(TypedDict, total=False):
    """See :class:`lego_cli.stylizing.stylizer.StylizeOptions`."""

    style: Names
    topology: str
    strength: float
    detail: float
    expression: Names
    encoder: str
    quality: str
    shapes: bool
    makeup: bool
    texture: bool
    texture_size: int
    frame: str


class AnimateKeywords(TypedDict, total=False):
    """See ``CastOptions`` and ``AnimateOptions`` of :mod:`lego_cli.animating.animation`, and ``TrackOptions``."""

    style: Names
    topology: str
    strength: float
    detail: float
    encoder: str
    quality: str
    makeup: bool
    texture: bool
    texture_size: int
    frame: str
    neutral: str
    smooth: float
    gain: Names
    trim: str
    fps: float
    rig: str
    driver: str
    view: str
    size: int
    background: str
    dense: bool


class FinetuneKeywords(TypedDict, total=False):
    """See :class:`lego_cli.core.training_options.FinetuneOptions`."""

    field_steps: int
    batch: int
    samples: int
    width: int
    layers: int
    field_rate: float
    seed: int
    steps: int
    people: int
    prior: float
    symmetry: float
    loss: Names
    image_encoder: str
    learning_rate: float
    anchor: float


class EncodeKeywords(TypedDict, total=False):
    """See :class:`lego_cli.core.encoding.encode_options.EncodeOptions`."""

    encoder: str
    quality: str
    neutral: bool


class RenderKeywords(TypedDict, total=False):
    """See :class:`lego_cli.rendering.RenderOptions`."""

    views: str
    size: int
    wire: bool
    clay: bool
    makeup: bool
    smooth: bool
    background: str
    turn: int
    fps: float
    device: str
    up: str
    front: str


def option_fields(*options: type[Any]) -> dict[str, Field[Any]]:
    """The fields of option dataclasses that are flags, by name."""
    return {f.name: f for one in options for f in fields(one) if "flag" in f.metadata}


def options_from(keywords: Mapping[str, Any], *options: type[Any]) -> tuple[Any, ...]:
    """One instance of each dataclass, from keywords that are fields of any. Raises TypeError for other names."""
    known = option_fields(*options)
    for name in keywords:
        if name not in known:
            close = nearest(name, known)
            raise TypeError(f"no option '{name}'" + (f", did you mean '{close[0]}'?" if close else ""))
    values = {
        name: as_texts(value) if isinstance(known[name].default, tuple) else value for name, value in keywords.items()
    }
    return tuple(one(**{n: v for n, v in values.items() if n in option_fields(one)}) for one in options)


def as_texts(names: Names) -> tuple[str, ...]:
    """``NAME`` or ``NAME=VALUE`` texts, as flags have them."""
    if isinstance(names, str):
        return (names,)
    if isinstance(names, Mapping):
        return tuple(f"{name}={float(value)!r}" for name, value in names.items())
    return tuple(names)


def takes_options(call: Call, *options: type[Any]) -> Call:
    """Let ``help()`` and notebooks show what stands behind ``**options``: names, defaults and help lines."""
    own = [p for p in inspect.signature(call).parameters.values() if p.kind is not p.VAR_KEYWORD]
    shown = option_fields(*options)
    added = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=f.default) for name, f in shown.items()]
    call.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    lines = [f"    {name}: {f.metadata['flag'].help} [{f.default!r}]" for name, f in shown.items()]
    call.__doc__ = "\n".join([inspect.cleandoc(call.__doc__ or ""), "", "Options:", *lines])
    return call
