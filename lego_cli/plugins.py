"""Finding plugins: the entry points of group ``lego``, loaded one by one so that a broken one never stops the rest."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pluggy

from lego_cli import hookspecs
from lego_cli.registry import Entry, Owner, Registry, nearest
from lego_cli.user.rigs import add_user_rigs
from lego_cli.user.styles import add_user_styles
from lego_cli.user.topologies import add_user_topologies

GROUP = "lego"
DISTRIBUTION = "lego"  # ours; plugins of this distribution are the built-in ones
PREFIX = "register_"
KINDS = tuple(name.removeprefix(PREFIX) for name in vars(hookspecs) if name.startswith(PREFIX))
HOOKS = (*(PREFIX + kind for kind in KINDS), "commands")


@dataclass
class Plugin:
    """One entry point: what it is, whether it loaded, and what went wrong."""

    owner: Owner
    point: metadata.EntryPoint
    off: str = ""  # why it was not loaded on purpose
    problems: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)  # full tracebacks of the problems that have one
    hooks: tuple[str, ...] = ()
    _manager: pluggy.PluginManager | None = None

    @property
    def status(self) -> str:
        """``ok``, ``off: why`` or ``failed: why``."""
        if self.off:
            return f"off: {self.off}"
        return f"failed: {'; '.join(self.problems)}" if self.problems else "ok"

    def load(self) -> None:
        """Import the module and check its hooks against the known ones; what is wrong goes to ``problems``."""
        manager = pluggy.PluginManager("lego")
        manager.add_hookspecs(hookspecs)
        with self.guard():
            module = self.point.load()
            manager.register(module)
            self._manager = manager
            marked = {caller.name: caller.has_spec() for caller in manager.get_hookcallers(module) or ()}
            self.hooks = tuple(sorted(name for name, known in marked.items() if known))
            self.problems += [_unknown_hook(name) for name, known in marked.items() if not known]
            unmarked = [name for name in HOOKS if callable(getattr(module, name, None)) and name not in marked]
            self.problems += [f"'{name}' is not marked with lego_cli.api.hookimpl" for name in unmarked]
            if not marked and not unmarked:
                self.problems.append("no function in it is marked with lego_cli.api.hookimpl")

    def call(self, hook: str, **arguments: Any) -> bool:
        """Call one hook of this plugin if it has it; False when it raised, which goes to ``problems``."""
        before = len(self.problems)
        if self._manager is not None and hook in self.hooks:
            with self.guard(f"{hook}: "):
                getattr(self._manager.hook, hook)(**arguments)
        return len(self.problems) == before

    @contextlib.contextmanager
    def guard(self, prefix: str = "") -> Iterator[None]:
        """Record whatever a plugin's code raises, and keep what it prints off stdout, where results go."""
        try:
            with contextlib.redirect_stdout(sys.stderr):
                yield
        except (Exception, SystemExit) as error:
            self.traces.append(traceback.format_exc())
            text = " ".join(str(error).split())
            self.problems.append(f"{prefix}{type(error).__name__}: {text}" if text else prefix + type(error).__name__)


@dataclass(frozen=True)
class Loaded:
    """What discovery found: the names, and a report on each plugin (built-ins first)."""

    registry: Registry
    plugins: tuple[Plugin, ...]

    def failures(self) -> list[str]:
        """One line for each plugin that did not load as it should."""
        return [f"plugin '{p.owner.plugin}' of {p.owner.distribution} {p.status}" for p in self.plugins if p.problems]


def load_plugins(third_party: bool = True) -> Loaded:
    """Load every plugin that is installed and allowed; collect what they register, then what the user made or added.

    ``third_party=False`` leaves only the built-in ones; otherwise the environment variable ``LEGO_PLUGINS``, when
    set, lists the distributions or plugins that may be loaded, separated by commas.
    """
    plugins = sorted(_installed(), key=lambda p: (not p.owner.built_in, p.owner.distribution, p.owner.plugin))
    registry = Registry()
    for plugin in plugins:
        plugin.off = "" if plugin.owner.built_in else _why_off(plugin.owner, third_party)
        if not plugin.off:
            plugin.load()
            _collect(plugin, registry)
    add_user_styles(registry)
    add_user_topologies(registry)
    add_user_rigs(registry)
    loaded = Loaded(registry, tuple(plugins))
    registry.failed += [f"{p.owner.distribution}:{p.owner.plugin}" for p in plugins if p.problems]
    return loaded


def _installed() -> Iterator[Plugin]:
    seen: set[str] = set()
    for distribution in metadata.distributions(path=search_path(sys.path, Path.cwd())):
        if f"[{GROUP}]" not in (distribution.read_text("entry_points.txt") or ""):
            continue  # parsing the metadata of every distribution there is would take longer than all the rest
        name = normal(distribution.metadata["Name"] or "")
        if name in seen:  # a shadowed copy further down the path
            continue
        seen.add(name)
        for point in distribution.entry_points:
            if point.group == GROUP:
                yield Plugin(Owner(point.name, name, distribution.version, name == DISTRIBUTION), point)


def search_path(entries: Sequence[str], working: Path) -> list[str]:
    """``sys.path`` without the working directory: a downloaded folder must not become a plugin by being entered."""
    return [entry for entry in entries if entry and Path(entry).resolve() != working.resolve()]


def normal(name: str) -> str:
    """A distribution name in the one spelling that compares equal (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _why_off(owner: Owner, third_party: bool) -> str:
    allowed = os.environ.get("LEGO_PLUGINS")
    if not third_party:
        return "--no-plugins"
    if allowed is None or {owner.distribution, normal(owner.plugin)} & {normal(name) for name in allowed.split(",")}:
        return ""
    return "not in LEGO_PLUGINS"


def _collect(plugin: Plugin, registry: Registry) -> None:
    """Add what each hook registers: all of it, or nothing when the hook fails half-way."""
    for hook in plugin.hooks:
        if not hook.startswith(PREFIX):
            continue
        entries: list[Entry] = []
        if plugin.call(hook, register=_register(entries, hook.removeprefix(PREFIX), plugin.owner)):
            for entry in entries:
                with plugin.guard(f"{hook}: "):
                    registry.add(entry)


def _register(entries: list[Entry], kind: str, owner: Owner) -> Callable[..., None]:
    def register(
        name: str,
        factory: Callable[[], Any] | str,
        summary: str = "",
        needs: tuple[str, ...] = (),
        hint: str = "",
    ) -> None:
        entries.append(Entry(kind, name, factory, owner, summary, tuple(needs), hint))

    return register


def _unknown_hook(name: str) -> str:
    close = nearest(name, HOOKS, 1)
    return f"there is no hook '{name}'" + (f", did you mean '{close[0]}'?" if close else f"; known: {', '.join(HOOKS)}")
