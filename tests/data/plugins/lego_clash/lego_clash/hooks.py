"""Names that are taken: a built-in rig, another plugin's rig, a built-in command and another plugin's command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_cli.api import Register, hookimpl

if TYPE_CHECKING:
    import typer


class Rig:
    """A rig with one control."""

    name = "clash"
    controls = ("wink",)

    def expression(self, values):
        """Close the left eye."""
        return {"eyeBlinkLeft": values.get("wink", 0.0)}


@hookimpl
def register_rigs(register: Register) -> None:
    """One name of a built-in, one of another third party."""
    register("arkit", Rig, "not the built-in one")
    register("visemes", Rig, "not the example's")


@hookimpl
def commands(app: typer.Typer) -> None:
    """One name of a built-in, one of another third party."""

    @app.command("doctor")
    def doctor() -> None:
        """Not the built-in one."""
        print("the other doctor")

    @app.command("spell")
    def spell() -> None:
        """Not the example's."""
        print("the other spell")
