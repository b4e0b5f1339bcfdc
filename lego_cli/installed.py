"""What is installed: the entry points of group ``lego``, with whom each is from. Nothing is imported."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from itertools import islice
from pathlib import Path

from lego_cli.offers import NAME, VERSION, line
from lego_cli.registry import USERS, Owner

GROUP = "lego"
DISTRIBUTION = "lego"  # ours; plugins of this distribution are the built-in ones
PACKAGES = frozenset(
    f"lego_{name}"
    for name in ("heads", "losses", "encoders", "styles", "rigs", "drivers", "formats", "renderers", "topologies")
)
"""Packages that our plugins lie in: another project may be called lego, too."""
MOST_POINTS, LONGEST_POINT = 50, 200


@dataclass(frozen=True)
class Found:
    """An entry point and whom it is from, or why it cannot be used."""

    owner: Owner
    point: metadata.EntryPoint
    problem: str = ""


def installed() -> Iterator[Found]:
    """Every entry point of our group; what is wrong with what a distribution says of itself is told, never raised."""
    seen: set[str] = set()
    for distribution in metadata.distributions(path=searched()):
        try:
            text = distribution.read_text("entry_points.txt") or ""
        except (OSError, ValueError):  # not in UTF-8: no tool can tell whether it is a plugin
            continue
        if f"[{GROUP}]" not in text:
            continue  # parsing the metadata of every distribution there is would take longer than all the rest
        try:
            name, version = distribution.metadata["Name"] or "", distribution.version
        except Exception:  # no or damaged METADATA
            name, version = "", ""
        name = line(normal(str(name)), NAME) or "unnamed"
        if name in seen:  # a shadowed copy further down the path
            continue
        if name != DISTRIBUTION or _is_ours(distribution):
            seen.add(name)
        yield from _points(distribution, name, line(str(version or "-"), VERSION))


def searched() -> list[str]:
    """The folders that plugins are looked for in."""
    return search_path(sys.path, _working())


def search_path(entries: Sequence[str], working: Path) -> list[str]:
    """``sys.path`` without the working directory: a downloaded folder must not become a plugin by being entered."""
    return [entry for entry in entries if entry and Path(entry).resolve() != working.resolve()]


def normal(name: str) -> str:
    """A distribution name in the one spelling that compares equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _working() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was deleted: nothing can be found there
        return Path("/")


def _points(distribution: metadata.Distribution, name: str, version: str) -> Iterator[Found]:
    built_in = name == DISTRIBUTION and _is_ours(distribution)
    nameless = Found(Owner("?", name, version, built_in), metadata.EntryPoint("?", "?", GROUP))
    try:
        points = [point for point in distribution.entry_points if point.group == GROUP]
    except Exception:  # whatever reading a damaged list leads to
        yield Found(nameless.owner, nameless.point, "its entry_points.txt cannot be read")
        return
    taken = (
        "" if built_in or name not in (USERS, DISTRIBUTION) else f"a distribution called '{name}' cannot be a plugin"
    )
    for point in islice(points, MOST_POINTS):
        owner = Owner(line(point.name, NAME), name, version, built_in)
        if len(point.value) > LONGEST_POINT or not point.value.isprintable():
            yield Found(owner, metadata.EntryPoint(owner.plugin, "?", GROUP), "its entry point names no module")
        else:
            yield Found(owner, point, taken)
    if len(points) > MOST_POINTS:
        yield Found(nameless.owner, nameless.point, f"it has more than {MOST_POINTS} entry points; others are left out")


def _is_ours(distribution: metadata.Distribution) -> bool:
    """Whether a distribution of our name is this one, and not another project or a plugin that calls itself so."""
    try:
        points = [point.value for point in distribution.entry_points if point.group == GROUP]
    except Exception:
        return False
    return all(value.partition(".")[0] in PACKAGES for value in points)
