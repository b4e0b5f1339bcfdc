"""Which exporter writes a file of that name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.errors import ExitCode, LegoError
from lego_cli.quarantine import described, is_interruption, quarantine

if TYPE_CHECKING:
    from lego_cli.api import Exporter, Mesh, RiggedHead
    from lego_cli.registry import Entry, Registry

MOST_SUFFIXES, LONGEST = 50, 40


def exporters_by_suffix(registry: Registry) -> dict[str, Exporter]:
    """Which exporter writes which suffix; built-in ones first come first served.

    One whose needs are not met, or that a third party offers and cannot make, is there too, and says so when it is
    used.
    """
    made: list[Exporter] = [_exporter(entry, registry) for entry in registry.entries("exporters")]
    return {suffix: exporter for exporter in reversed(made) for suffix in exporter.suffixes}


def require_writers(paths: Iterable[Path], registry: Registry) -> None:
    """Raise LegoError (exit code 3) where what writes one of the files is not installed, before anything slow."""
    exporters = exporters_by_suffix(registry)
    for path in paths:
        exporter = exporters.get(path.suffix.lower())
        if isinstance(exporter, AbsentExporter):
            exporter.require()


class AbsentExporter:
    """Stands in for an exporter whose needs are not met, or that is broken: raises where it is used, exit code 3."""

    def __init__(self, entry: Entry, error: LegoError | None = None) -> None:
        self.entry = entry
        self.error = error
        self.suffixes: tuple[str, ...] = (f".{entry.name}",)  # all that is known of it is its name

    def require(self) -> None:
        """Raise :class:`LegoError`: what is missing or wrong, and what to do."""
        if self.error is not None:
            raise self.error
        self.entry.make()

    def write(self, mesh: Mesh, path: Path) -> None:
        """Raise :class:`LegoError`: what is missing or wrong, and what to do."""
        self.require()

    def write_rigged(self, head: RiggedHead, path: Path, dense: bool = False) -> None:
        """Raise :class:`LegoError`: what is missing or wrong, and what to do."""
        self.require()


def _exporter(entry: Entry, registry: Registry) -> Exporter:
    if entry.missing():
        return AbsentExporter(entry)
    try:
        made: Exporter = registry.get("exporters", entry.full_name)
        if entry.owner.third_party:
            _require_suffixes(entry, made)
    except LegoError as error:
        if not entry.owner.third_party:
            raise
        return AbsentExporter(entry, error)
    return made


def _require_suffixes(entry: Entry, exporter: Exporter) -> None:
    """Raise LegoError where a third party's exporter does not say what it writes."""
    why = "its suffixes are no tuple of texts such as .xyz"
    try:
        with quarantine():
            suffixes = exporter.suffixes
            if isinstance(suffixes, tuple) and len(suffixes) <= MOST_SUFFIXES and all(map(_is_suffix, suffixes)):
                return
    except BaseException as error:
        if is_interruption(error):
            raise
        why = described(error)[0]
    message = f"exporter '{entry.name}' of {entry.owner.distribution} cannot be used: {why}"
    raise LegoError(message, f"report it to the authors of {entry.owner.distribution}", ExitCode.MISSING)


def _is_suffix(suffix: object) -> bool:
    return type(suffix) is str and suffix[:1] == "." and 1 < len(suffix) <= LONGEST and suffix.isprintable()
