"""What this plugin offers. Keep this module light: it is imported for every `lego` command, even for `--help`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_cli.api import Register, hookimpl

if TYPE_CHECKING:
    import typer


@hookimpl
def register_rigs(register: Register) -> None:
    """The name, where the code is, and a line for the lists."""
    register("visemes", "lego_plugin_example.visemes:VisemeRig", "speech sounds: aa ee oo mm ff ll")


@hookimpl
def register_drivers(register: Register) -> None:
    """A performance says which rig it plays; here it is the one above."""
    register("rhubarb", "lego_plugin_example.rhubarb:RhubarbDriver", "mouth shapes of Rhubarb Lip Sync (.tsv)")


@hookimpl
def register_exporters(register: Register) -> None:
    """`needs` keeps a thing listed, with what is missing, where it cannot run."""
    register("xyz", "lego_plugin_example.xyz:XyzExporter", "point cloud as text (.xyz)", needs=("module:numpy",))


@hookimpl
def commands(app: typer.Typer) -> None:
    """Add commands as to any Typer application."""
    from lego_plugin_example.spell import spell

    app.command("spell")(spell)
