"""What lists and JSON say about a registered name and about a plugin: the same keys everywhere."""

from __future__ import annotations

from typing import Any

from lego_cli.cli import session
from lego_cli.plugins import Plugin
from lego_cli.registry import Entry


def describe(entry: Entry) -> dict[str, Any]:
    """What the lists say about an entry."""
    lacking = ", ".join(need.partition(":")[2] for need in entry.missing())
    return {
        "kind": entry.kind,
        "name": entry.name,
        "reached_as": session.registry().reached_as(entry),
        "summary": entry.summary,
        "from": entry.owner.distribution,
        "plugin": entry.owner.plugin,
        "version": entry.owner.version,
        "built_in": entry.owner.built_in,
        "needs": list(entry.needs),
        "status": f"needs {lacking}" if lacking else "ok",
    }


def describe_plugin(plugin: Plugin) -> dict[str, Any]:
    """What the lists say about a plugin."""
    return {
        "plugin": plugin.owner.plugin,
        "from": plugin.owner.distribution,
        "version": plugin.owner.version,
        "module": plugin.point.value,
        "hooks": list(plugin.hooks),
        "status": plugin.status,
    }
