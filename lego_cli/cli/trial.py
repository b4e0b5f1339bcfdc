"""What runs in the process that tries a plugin: all that loading it does, and a look at what it has left behind."""

from __future__ import annotations

import _thread
import faulthandler
import json
import os
import sys
import time
from contextlib import suppress
from importlib import metadata
from typing import Any

import typer

from lego_cli.cli.extensions import add_plugin_commands
from lego_cli.errors import LegoError
from lego_cli.plugins import GROUP, Loaded, Plugin, collect
from lego_cli.registry import Owner, Registry, singular
from lego_cli.trial import MARK

MOST_MEMORY = 2 << 30  # bytes of a process that only says what it offers
PATIENCE = 0.5  # seconds in which a thread that was started may come to its end
MOST_FILES = 2000
TOGETHER = ("exporters", "drivers", "rig_importers")  # kinds of which a command makes all to find the one that fits


def main(request: dict[str, Any]) -> None:
    """Load the plugin that ``request`` names, and say on what was stdout what came of it.

    Then the process ends as a command does: what a plugin does at the end is part of the trial.
    """
    answer = _apart()
    faulthandler.enable(answer)  # a crash says where
    faulthandler.dump_traceback_later(max(request["seconds"] - 1, 0.05), file=answer)
    _limit()
    owner = Owner(request["plugin"], request["distribution"], request["version"])
    plugin = Plugin(owner, metadata.EntryPoint(request["plugin"], request["value"], GROUP), tried=True)
    before, things, threads = set(sys.modules), _things(), _thread._count()
    plugin.load()
    registry = Registry()
    collect(plugin, registry)
    add_plugin_commands(typer.Typer(), Loaded(registry, (plugin,)))
    loaded = set(sys.modules) - before
    why = plugin.grave or _left_behind(things, threads)
    if not why:
        _limit(bounded=False)
        _make(registry, answer)
        package = request["value"].partition(":")[0].partition(".")[0]
        loaded |= {name for name in set(sys.modules) - before if name.partition(".")[0] == package}
    files = _files_of(loaded)
    trace = "\n".join(plugin.traces)
    _say(answer, {"why": why, "trace": trace, "whole": not plugin.traces, "files": files[:MOST_FILES]})
    if why:
        os._exit(0)  # a thread that never ends would keep the process


def _make(registry: Registry, answer: int) -> None:
    """Make what commands make without being asked for it; what merely raises is reported where it is used."""
    for kind in TOGETHER:
        for entry in registry.entries(kind):
            if not entry.missing():
                _say(answer, {"step": f" when it makes {singular(kind)} '{entry.name}'"})
                with suppress(LegoError):
                    entry.make()


def _files_of(names: set[str]) -> list[str]:
    files = {getattr(sys.modules.get(name), "__file__", None) for name in names}
    return sorted(file for file in files if isinstance(file, str))


def _say(answer: int, message: dict[str, Any]) -> None:
    text = f"{MARK}{json.dumps(message)}\n".encode()
    while text:
        text = text[os.write(answer, text) :]


def _apart() -> int:
    """A descriptor of our own for the verdict; descriptor 1 leads to nowhere from now on."""
    answer = os.dup(1)
    if sys.platform != "win32":
        import fcntl

        near, answer = answer, fcntl.fcntl(answer, fcntl.F_DUPFD_CLOEXEC, 100)
        os.close(near)
    os.dup2(2, 1)
    return answer


def _limit(bounded: bool = True) -> None:
    """Bound memory, or lift that bound, since what makes things may import large packages. A crash leaves no file."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most if bounded else hard, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _left_behind(before: dict[str, object], threads: int) -> str:
    """What a plugin leaves behind that nobody can undo; empty when there is nothing."""
    until = time.monotonic() + PATIENCE
    while _thread._count() > threads and time.monotonic() < until:
        time.sleep(0.01)
    if _thread._count() > threads:
        return "it leaves a thread running when it is loaded"
    now = _things()
    changed = sorted({name.partition(" ")[0] for name, value in before.items() if now.get(name) != value})
    return f"it changes for good what the process has: its {' and '.join(changed)}" if changed else ""


def _things() -> dict[str, object]:
    """What of this process can be lost for good: open files (device and number), hard limits, rank."""
    found: dict[str, object] = {}
    for number in range(256):
        with suppress(OSError):
            facts = os.fstat(number)
            found[f"files {number}"] = (facts.st_dev, facts.st_ino)
    with suppress(ImportError, OSError, AttributeError):
        import resource

        kinds = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
        found |= {f"limits {kind}": resource.getrlimit(kind)[1] for kind in kinds}
        found["priority"] = os.getpriority(os.PRIO_PROCESS, 0)
        found["session"] = os.getsid(0)
        found["root"] = (os.stat("/").st_dev, os.stat("/").st_ino, os.geteuid())
    return found
