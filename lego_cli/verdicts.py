"""Whether a third-party plugin can be loaded at all: tried once in a process of its own, and remembered.

A plugin that crashes, ends or blocks the process that loads it would do so to every command. What is found is kept in
the user's cache folder until one of the files that were loaded changes; where that cannot be written, the trial runs
each time.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from itertools import islice
from pathlib import Path

import lego_cli
from lego_cli.files.folders import cache_folder
from lego_cli.registry import Owner

MOST_VERDICTS, MOST_FILES = 200, 2000
MOST_BYTES = 4 << 20
CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib")


@dataclass(frozen=True)
class Verdict:
    """Why a plugin must not be loaded (empty when it may be), where it happened, and the files this depends on."""

    why: str = ""
    trace: str = ""
    files: dict[str, list[int]] = field(default_factory=dict)  # size and modification time in ns; [] when not there

    def holds(self) -> bool:
        """Whether all that it depends on is unchanged."""
        return all(_facts(path) == facts for path, facts in self.files.items())


def verdict(owner: Owner, point: metadata.EntryPoint, searched: list[str]) -> Verdict:
    """What is known of a plugin, found out by a trial where nothing is. ``searched`` are the folders of imports."""
    place = _place(owner, point, searched)
    known = _read(place)
    if known is not None and known.holds():
        return known
    from lego_cli.trial import tried

    outcome = tried(owner, point)
    paths = outcome.files if outcome.whole else _all_files(point, searched, outcome.files)
    found = Verdict(outcome.why, outcome.trace, {path: _facts(path) for path in islice(paths, MOST_FILES)})
    _write(place, found)
    return found


def condemn(owner: Owner, point: metadata.EntryPoint, searched: list[str], why: str, trace: str) -> None:
    """Remember that a plugin which has passed its trial did not bear being loaded."""
    files = {path: _facts(path) for path in islice(_all_files(point, searched, []), MOST_FILES)}
    _write(_place(owner, point, searched), Verdict(why, trace, files))


def forget() -> None:
    """Have every plugin tried again."""
    with suppress(OSError):
        for file in _folder().glob("*.json"):
            file.unlink(missing_ok=True)


def _folder() -> Path:
    return cache_folder() / "plugins"


def _all_files(point: metadata.EntryPoint, searched: list[str], loaded: Iterable[str]) -> Iterator[str]:
    """What a failure may be due to: also folders that something is missing in. Their times tell what was installed."""
    yield from searched
    yield from loaded
    yield from _code_of(point)


def _place(owner: Owner, point: metadata.EntryPoint, searched: list[str]) -> Path:
    ours = lego_cli.__version__
    parts = [
        sys.executable,
        platform.python_version(),
        ours,
        *asdict(owner).values(),
        point.name,
        point.value,
        *searched,
    ]
    key = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "backslashreplace")).hexdigest()
    return _folder() / f"{key[:40]}.json"


def _facts(path: str) -> list[int]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return []
    return [found.st_size, found.st_mtime_ns]


def _code_of(point: metadata.EntryPoint) -> Iterator[str]:
    """Files and folders of the package that an entry point names, found without importing it."""
    try:
        spec = importlib.util.find_spec(point.value.partition(":")[0].partition(".")[0].strip())
    except Exception:  # whatever is wrong with it, or with who looks for it
        return
    if spec is not None and spec.origin:
        yield spec.origin
    for folder in (spec and spec.submodule_search_locations) or ():
        yield from _code_in(folder)


def _code_in(folder: str) -> Iterable[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield parent
        yield from (os.path.join(parent, name) for name in sorted(files) if name.endswith(CODE))


def _read(place: Path) -> Verdict | None:
    try:
        if place.stat().st_size > MOST_BYTES:
            return None
        read = json.loads(place.read_bytes())
        why, trace, files = read["why"], read["trace"], read["files"]
        sound = isinstance(why, str) and isinstance(trace, str) and isinstance(files, dict)
        return Verdict(why, trace, files) if sound else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # not there, or damaged: it is tried again


def _write(place: Path, found: Verdict) -> None:
    temporary = place.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # then it is tried again next time
        place.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(place.parent.iterdir(), key=lambda file: file.stat().st_mtime)[: -MOST_VERDICTS + 1]:
            old.unlink(missing_ok=True)
        temporary.write_text(json.dumps(asdict(found)), encoding="utf-8")
        temporary.replace(place)
