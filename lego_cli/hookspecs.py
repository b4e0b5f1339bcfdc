"""The hooks that a plugin may implement. Every ``register_<kind>`` hook has one shape.

A plugin is a module named by an entry point of group ``lego``. It marks its functions with
:data:`lego_cli.api.hookimpl`, and each calls ``register(name, factory, summary="", needs=())`` once per thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

from lego_cli.api import Register

if TYPE_CHECKING:
    import typer

hookspec = pluggy.HookspecMarker("lego")


@hookspec
def register_renderers(register: Register) -> None:
    """Offer renderers (:class:`lego_cli.api.Renderer`), chosen with ``--renderer NAME``."""


@hookspec
def register_style_losses(register: Register) -> None:
    """Offer style losses (:class:`lego_cli.api.StyleLoss`), chosen with ``--loss NAME=WEIGHT``."""


@hookspec
def register_topologies(register: Register) -> None:
    """Offer mesh layouts (:class:`lego_cli.api.Topology`), chosen with ``--topology NAME``."""


@hookspec
def register_rigs(register: Register) -> None:
    """Offer rigs: named controls that make expressions, for ``--expression``.

    A factory makes a :class:`lego_cli.api.Rig`, a :class:`lego_cli.api.LinearRig`, or a
    :class:`lego_cli.api.ShapeRig`.
    """


@hookspec
def register_rig_importers(register: Register) -> None:
    """Offer readers of rigs that users have files of (:class:`lego_cli.api.RigImporter`), for ``lego rigs add``."""


@hookspec
def register_head_models(register: Register) -> None:
    """Offer parametric heads (:class:`lego_cli.api.HeadModel`), which training starts from."""


@hookspec
def register_image_encoders(register: Register) -> None:
    """Offer image encoders (:class:`lego_cli.api.ImageEncoder`), chosen with ``--image-encoder NAME``."""


@hookspec
def register_styles(register: Register) -> None:
    """Offer styles (:class:`lego_cli.api.StyleSource`), chosen with ``--style NAME``.

    One that was authored has its recipe too (:class:`lego_cli.api.StyleRecipe`).
    """


@hookspec
def register_style_families(register: Register) -> None:
    """Offer families of random styles (:class:`lego_cli.api.StyleFamily`), which the style prior is trained on."""


@hookspec
def register_drivers(register: Register) -> None:
    """Offer readers of performances (:class:`lego_cli.api.Driver`), chosen by the file that ``--drive`` names.

    What they read is a :class:`lego_cli.api.Track`.
    """


@hookspec
def register_exporters(register: Register) -> None:
    """Offer mesh writers (:class:`lego_cli.api.Exporter`); the suffix of the output file chooses one.

    Where the format holds shapes, make a :class:`lego_cli.api.RiggedExporter`.
    """


@hookspec
def commands(app: typer.Typer) -> None:
    """Add sub-commands of ``lego`` to a Typer application, as its own documentation shows."""
