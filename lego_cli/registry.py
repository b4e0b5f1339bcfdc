"""Names and what stands behind them: who registered a thing, who wins a name, and making the thing when asked."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from lego_cli.errors import ExitCode, LegoError
from lego_cli.needs import missing, remedy
from lego_cli.quarantine import described, is_interruption, quarantine

LONGEST = 1000  # letters of a third party's error
USERS = "user"  # whose the things are that the user has made or added; no distribution's


@dataclass(frozen=True)
class Owner:
    """The plugin that registered something."""

    plugin: str
    distribution: str
    version: str
    built_in: bool = False

    @property
    def third_party(self) -> bool:
        """Whether it is neither ours nor the user's own."""
        return not self.built_in and self.distribution != USERS


@dataclass(frozen=True)
class Entry:
    """One named thing of one kind; ``factory`` is called, or imported and called, only when it is asked for."""

    kind: str
    name: str
    factory: Callable[[], Any] | str
    owner: Owner
    summary: str = ""
    needs: tuple[str, ...] = ()
    hint: str = ""

    @property
    def full_name(self) -> str:
        """``distribution:name``, which reaches this entry whatever others are called."""
        return f"{self.owner.distribution}:{self.name}"

    def missing(self) -> tuple[str, ...]:
        """Needs that are not met; all, where looking for them runs third-party code that fails."""
        if not self.owner.third_party or not any("." in need for need in self.needs if need.startswith("module:")):
            return missing(self.needs)
        try:
            with quarantine():  # finding a module imports the package that it lies in
                return missing(self.needs)
        except ValueError:  # no need at all
            raise
        except BaseException as error:
            if is_interruption(error):
                raise
            return self.needs

    def make(self) -> Any:
        """Call the factory. Raises :class:`LegoError` (exit code 3) when a need is missing or the factory fails."""
        lacking = self.missing()
        what = f"{singular(self.kind)} '{self.name}'"
        if lacking:
            needed = ", ".join(need.partition(":")[2] for need in lacking)
            raise LegoError(f"{what} needs {needed}", self.hint or remedy(lacking[0]), ExitCode.MISSING)
        try:
            with quarantine() if self.owner.third_party else nullcontext():
                return self._factory()()
        except LegoError as error:
            if self.owner.third_party:
                raise _short(error) from error
            raise
        except BaseException as error:
            if is_interruption(error) or not (self.owner.third_party or isinstance(error, Exception)):
                raise
            message = f"{what} of {self.owner.distribution} could not be made: {described(error)[0]}"
            hint = f"report it to the authors of {self.owner.distribution}; `-vv` shows where it failed"
            raise LegoError(message, hint, ExitCode.MISSING) from error

    def _factory(self) -> Callable[[], Any]:
        if not isinstance(self.factory, str):
            return self.factory
        module, _, attribute = self.factory.partition(":")
        return getattr(importlib.import_module(module), attribute)


@dataclass
class Registry:
    """All entries of all plugins. A built-in keeps its bare name; see :meth:`find` for everybody else."""

    failed: list[str] = field(default_factory=list)  # plugins that did not load; an "unknown name" error names them
    _entries: dict[str, dict[str, Entry]] = field(default_factory=dict)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    _reserved: set[tuple[str, str]] = field(default_factory=set)

    def reserve(self, kind: str, name: str) -> None:
        """Keep a bare name for ourselves though nothing is registered under it."""
        self._reserved.add((kind, name))

    def add(self, entry: Entry) -> None:
        """Add ``entry``. Raises ``ValueError`` on a bad name, factory or need, or a name its owner used already."""
        _check(entry)
        same_kind = self._entries.setdefault(entry.kind, {})
        if entry.full_name in same_kind:
            raise ValueError(f"{entry.full_name} is registered twice in {entry.kind}")
        same_kind[entry.full_name] = entry

    def kinds(self) -> tuple[str, ...]:
        """Kinds that have entries."""
        return tuple(sorted(kind for kind, entries in self._entries.items() if entries))

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Entries of one kind or of all, ordered by kind, then the name that reaches them; built-ins first."""
        chosen = [e for k, entries in self._entries.items() if kind in (None, k) for e in entries.values()]
        return sorted(chosen, key=lambda e: (e.kind, not e.owner.built_in, e.name.casefold(), e.full_name))

    def names(self, kind: str) -> list[str]:
        """The shortest name that reaches each entry of a kind."""
        return [self.reached_as(entry) for entry in self.entries(kind)]

    def reached_as(self, entry: Entry) -> str:
        """The bare name when it means this entry, else ``distribution:name``."""
        bare = [other.full_name for other in self._bare(entry.kind, entry.name)]
        return entry.name if bare == [entry.full_name] else entry.full_name

    def find(self, kind: str, name: str) -> Entry:
        """The entry that ``name`` or ``distribution:name`` means.

        Raises :class:`LegoError` (exit code 2) when there is none, with the nearest names, or when several third
        parties use the bare name.
        """
        exact = self._entries.get(kind, {}).get(name)
        found = [exact] if exact else self._bare(kind, name)
        if len(found) == 1:
            return found[0]
        if found:
            full = sorted(e.full_name for e in found)
            message = f"{singular(kind)} '{name}' is offered by {' and by '.join(e.partition(':')[0] for e in full)}"
            raise LegoError(message, "write " + " or ".join(full), ExitCode.USAGE)
        raise self._unknown(kind, name)

    def get(self, kind: str, name: str) -> Any:
        """The thing behind a name, made on first use and kept. Raises as :meth:`find` and :meth:`Entry.make` do."""
        entry = self.find(kind, name)
        key = (kind, entry.full_name)
        if key not in self._made:
            self._made[key] = entry.make()
        return self._made[key]

    def usable(self, kind: str) -> list[tuple[Entry, Any]]:
        """All of a kind that is there and can be made, built-ins first.

        What a third party offers and cannot make is left out: who asks for it by name is told why.
        """
        there = [entry for entry in self.entries(kind) if not entry.missing()]
        made = []
        for entry in there:
            try:
                made.append((entry, self.get(kind, entry.full_name)))
            except LegoError:
                if not entry.owner.third_party:
                    raise
        return made

    def _bare(self, kind: str, name: str) -> list[Entry]:
        same = [e for e in self._entries.get(kind, {}).values() if e.name == name]
        built_in = [e for e in same if e.owner.built_in]
        return built_in if built_in or (kind, name) in self._reserved else same

    def _unknown(self, kind: str, name: str) -> LegoError:
        known = self.names(kind)
        close = nearest(name, known)
        noun = singular(kind)
        if close:
            hint = "did you mean " + " or ".join(f"'{c}'" for c in close) + "?"
        elif known:
            hint = f"known {plural(kind)}: {', '.join(known)}"
        else:
            hint = f"no plugin offers a {noun}; `lego plugins list` shows what is installed"
        if self.failed:
            hint += f" Mind that plugins failed to load ({', '.join(self.failed)}): see `lego plugins list`"
        return LegoError(f"no {noun} called '{name}'", hint, ExitCode.USAGE)


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` of the ``known`` names that look or sound like ``name``, best first."""
    by_fold = {k.casefold(): k for k in known}
    return [by_fold[match] for match in difflib.get_close_matches(name.casefold(), by_fold, n=count, cutoff=0.6)]


def singular(kind: str) -> str:
    """``"style_losses"`` to ``"style loss"``, for messages."""
    words = kind.replace("_", " ")
    for ending, single in (("ies", "y"), ("sses", "ss")):
        if words.endswith(ending):
            return words.removesuffix(ending) + single
    return words.removesuffix("s")


def plural(kind: str) -> str:
    """``"style_losses"`` to ``"style losses"``, for messages."""
    return kind.replace("_", " ")


def _short(error: LegoError) -> LegoError:
    """A third party's error within bounds, whatever its class has made of it."""
    message, hint, code = (getattr(error, name, "") for name in ("message", "hint", "code"))
    known = code if isinstance(code, ExitCode) else ExitCode.MISSING
    said, advice = (text[:LONGEST] if isinstance(text, str) else "?" for text in (message, hint))
    return LegoError(said, advice, known)


def _check(entry: Entry) -> None:
    if not isinstance(entry.name, str) or not entry.name or ":" in entry.name or entry.name.split() != [entry.name]:
        raise ValueError(f"{entry.name!r} is no name: use one word without a colon")
    module, _, attribute = entry.factory.partition(":") if isinstance(entry.factory, str) else ("-", "", "-")
    if not (module and attribute) or not (isinstance(entry.factory, str) or callable(entry.factory)):
        raise ValueError(f"the factory of {entry.name!r} must be a callable or 'module:attribute'")
    entry.missing()
