"""``lego train style``: an authored recipe, applied to one exemplar identity, becomes a style file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import Report, silent
from lego_cli.core.codes import ShapeSolver
from lego_cli.core.learn_style import learn_style
from lego_cli.core.style_file import Style, write_style
from lego_cli.core.surface_net import BasisNet
from lego_cli.errors import ExitCode, LegoError
from lego_cli.preview import render_views

if TYPE_CHECKING:
    from lego_cli.api import Floats, HeadModel, Renderer, StyleRecipe, StyleSource
    from lego_cli.core.avatar import Stylist
    from lego_cli.core.training_options import DeltaOptions


def train_style(
    source: StyleSource,
    stylist: Stylist,
    renderer: Renderer,
    output: Path,
    options: DeltaOptions | None = None,
    report: Report = silent,
) -> dict[str, float | str]:
    """Learn the style of a registered recipe from its one exemplar pair and write it, with a thumbnail.

    Returns how well the exemplar is reproduced by its own style, as a share of head height.
    """
    recipe = source.recipe
    if recipe is None:
        raise LegoError(f"style '{source.name}' has no recipe", "recipes come with styles of plugins", ExitCode.USAGE)
    identity, styled = exemplar_pair(recipe, stylist.head)
    style = learn_recipe(recipe, stylist, identity, styled, options, report)
    style = replace(style, thumbnail=_thumbnail(stylist.head, styled, renderer))
    write_style(style, output)
    return {"output": str(output), "bytes": output.stat().st_size, **exemplar_error(stylist, style, styled)}


def exemplar_pair(recipe: StyleRecipe, head: HeadModel) -> tuple[Floats, Floats]:
    """The identity ``(V, 3)`` that a recipe shows its style on, and the styled head ``(V, 3)``."""
    identity = np.asarray(recipe.exemplar(head), np.float64)
    return identity, np.asarray(recipe.apply(head, identity), np.float64)


def learn_recipe(
    recipe: StyleRecipe,
    stylist: Stylist,
    identity: Floats,
    styled: Floats,
    options: DeltaOptions | None,
    report: Report = silent,
) -> Style:
    """A style from one pair; nothing else of the recipe is used."""
    assert isinstance(stylist.net, BasisNet)
    shape = ShapeSolver(stylist.head, stylist.net)(identity[None])[0]
    return learn_style(
        stylist, recipe.name, shape, identity, styled,
        licence=recipe.licence, summary=recipe.summary, options=options, report=report,
    )  # fmt: skip


def exemplar_error(stylist: Stylist, style: Style, styled: Floats) -> dict[str, float]:
    """How far the exemplar's own code in its own style is from the exemplar: mean and p95, % of head height."""
    from lego_cli.core.avatar import Code

    code = Code(style.shape.double().numpy(), np.zeros(stylist.net.expression_size))
    found = stylist.avatar(code, [(style, 1.0)]).neutral[stylist.skin]
    distance = np.linalg.norm(found - styled[stylist.skin], axis=1) / head_height(stylist.head, styled)
    mean, p95 = distance.mean(), np.percentile(distance, 95)
    return {"exemplar_mean_percent": 100 * float(mean), "exemplar_p95_percent": 100 * float(p95)}


def head_height(head: HeadModel, vertices: Floats) -> float:
    """Chin to crown, metres."""
    chin, crown = (vertices[np.atleast_1d(head.landmarks[name])[0]] for name in ("chin", "crown"))
    return float(np.linalg.norm(crown - chin))


def _thumbnail(head: HeadModel, styled: Floats, renderer: Renderer) -> bytes:
    picture = render_views(
        head.mesh.with_vertices(styled), renderer, ("three_quarter",), 256, landmarks=head.landmarks
    )[0]
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
