"""Finding plugins: the entry points of group ``lego``, loaded one by one so that a broken one never stops the rest.

Those of third parties are tried in a process of their own first (:mod:`lego_cli.verdicts`), and loaded in quarantine.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import pluggy

from lego_cli import hookspecs
from lego_cli.installed import DISTRIBUTION, GROUP, installed, normal, search_path, searched
from lego_cli.offers import collector, line
from lego_cli.quarantine import described, guard, is_interruption, quarantine, time_limit
from lego_cli.registry import Entry, Owner, Registry, nearest
from lego_cli.trial import seconds
from lego_cli.user.rigs import add_user_rigs
from lego_cli.user.styles import add_user_styles
from lego_cli.user.topologies import add_user_topologies
from lego_cli.verdicts import condemn, verdict

__all__ = ["DISTRIBUTION", "GROUP", "HOOKS", "KINDS", "Loaded", "Plugin", "load_plugins", "search_path"]

PREFIX = "register_"
KINDS = tuple(name.removeprefix(PREFIX) for name in vars(hookspecs) if name.startswith(PREFIX))
HOOKS = (*(PREFIX + kind for kind in KINDS), "commands")
TOLD = 5  # problems of one plugin that its status names
NO_PLUGINS = "--no-plugins"


@dataclass
class Plugin:
    """One entry point: what it is, whether it loaded, and what went wrong."""

    owner: Owner
    point: metadata.EntryPoint
    off: str = ""  # why it was not loaded on purpose
    problems: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)  # full tracebacks of the problems that have one
    hooks: tuple[str, ...] = ()
    tried: bool = False  # this process is its trial
    grave: str = ""  # the problem that makes it dangerous to load it again
    _manager: pluggy.PluginManager | None = None

    @property
    def status(self) -> str:
        """``ok``, ``off: why`` or ``failed: why``."""
        if self.off:
            return f"off: {self.off}"
        more = [f"and {len(self.problems) - TOLD} more"] if len(self.problems) > TOLD else []
        return f"failed: {'; '.join(self.problems[:TOLD] + more)}" if self.problems else "ok"

    def load(self) -> None:
        """Import the module and check its hooks against the known ones; what is wrong goes to ``problems``."""
        if not (self.owner.built_in or self.tried or self._passes()):
            return
        manager = pluggy.PluginManager("lego")
        manager.add_hookspecs(hookspecs)
        with self.guard():
            module = self.point.load()
            manager.register(module)
            marked = {str(caller.name): caller.has_spec() for caller in manager.get_hookcallers(module) or ()}
            self.problems += [_unknown_hook(name) for name, known in marked.items() if not known]
            unmarked = [name for name in HOOKS if callable(getattr(module, name, None)) and name not in marked]
            self.problems += [f"'{name}' is not marked with lego_cli.api.hookimpl" for name in unmarked]
            if not marked and not unmarked:
                self.problems.append("no function in it is marked with lego_cli.api.hookimpl")
            self._manager = manager
            self.hooks = tuple(sorted(name for name, known in marked.items() if known))

    def call(self, hook: str, **arguments: Any) -> bool:
        """Call one hook of this plugin if it has it; False when it raised, which goes to ``problems``."""
        before = len(self.problems)
        if self._manager is not None and hook in self.hooks:
            with self.guard(f"{hook}: "):
                getattr(self._manager.hook, hook)(**arguments)
        return len(self.problems) == before

    @contextlib.contextmanager
    def guard(self, prefix: str = "") -> Iterator[None]:
        """Record whatever a plugin's code raises, keep what it prints off stdout, and undo what it does to us."""
        try:
            with contextlib.redirect_stdout(sys.stderr) if self.owner.built_in else _apart():
                yield
        except BaseException as error:
            if is_interruption(error) or (self.owner.built_in and not isinstance(error, (Exception, SystemExit))):
                raise
            self.fail(error, prefix)

    def fail(self, error: BaseException, prefix: str = "") -> None:
        """Record what its code has raised."""
        text, trace = described(error)
        self.traces.append(trace)
        self.problems.append(prefix + text)
        if isinstance(error, MemoryError | guard.Overdue):
            self.grave = prefix + text
            if not self.tried:
                condemn(self.owner, self.point, searched(), self.grave, trace)

    def _passes(self) -> bool:
        """Whether a trial has shown that loading it leaves the process alive; else that is a problem."""
        found = verdict(self.owner, self.point, searched())
        if found.why:
            self.problems.append(f"{found.why}; `lego plugins check` tries it again")
            self.traces += [found.trace] if found.trace else []
        return not found.why


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
    plugins = [
        Plugin(found.owner, found.point, problems=[found.problem] * bool(found.problem)) for found in installed()
    ]
    plugins.sort(key=lambda p: (not p.owner.built_in, p.owner.distribution, p.owner.plugin))
    registry = Registry()
    for plugin in plugins:
        plugin.off = "" if plugin.owner.built_in else _why_off(plugin.owner, third_party)
        if not (plugin.off or plugin.problems):
            plugin.load()
            collect(plugin, registry)
    add_user_styles(registry)
    add_user_topologies(registry)
    add_user_rigs(registry)
    loaded = Loaded(registry, tuple(plugins))
    registry.failed += [f"{p.owner.distribution}:{p.owner.plugin}" for p in plugins if p.problems]
    return loaded


def collect(plugin: Plugin, registry: Registry) -> None:
    """Add what each hook registers: all of it, or nothing when the hook fails half-way."""
    for hook in plugin.hooks:
        if not hook.startswith(PREFIX):
            continue
        entries: list[Entry] = []
        offered = collector(entries, hook.removeprefix(PREFIX), plugin.owner)
        if plugin.call(hook, register=offered):
            with plugin.guard(f"{hook}: "):
                _add(entries, registry, plugin, f"{hook}: ")


def _add(entries: list[Entry], registry: Registry, plugin: Plugin, prefix: str) -> None:
    for entry in entries:
        try:
            registry.add(entry)
        except Exception as error:  # one that is no good must not take the others along
            plugin.fail(error, prefix)


@contextlib.contextmanager
def _apart() -> Iterator[None]:
    with quarantine(), time_limit(seconds()):
        yield


def _why_off(owner: Owner, third_party: bool) -> str:
    allowed = os.environ.get("LEGO_PLUGINS")
    if not third_party:
        return NO_PLUGINS
    if allowed is None or {owner.distribution, normal(owner.plugin)} & {normal(name) for name in allowed.split(",")}:
        return ""
    return "not in LEGO_PLUGINS"


def _unknown_hook(name: str) -> str:
    close = nearest(name[:80], HOOKS, 1)
    what = line(f"there is no hook '{name}'", 120)
    return what + (f", did you mean '{close[0]}'?" if close else f"; known: {', '.join(HOOKS)}")
