"""``lego train style``: an authored recipe, shown on one exemplar identity, becomes a style file by fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.api import Report, silent
from lego_cli.core.dt.exemplar import exemplar_of_recipe
from lego_cli.errors import ExitCode, LegoError
from lego_cli.learning.style_maker import StyleMaker

if TYPE_CHECKING:
    from lego_cli.api import Renderer, StyleSource
    from lego_cli.core.training_options import FinetuneOptions
    from lego_cli.registry import Registry


def train_style(
    source: StyleSource,
    registry: Registry,
    renderer: Renderer,
    output: Path,
    options: FinetuneOptions | None = None,
    report: Report = silent,
) -> dict[str, float | str]:
    """Learn the style of a registered recipe from its one exemplar pair and write it, with a thumbnail.

    Nothing of the recipe but that pair is used. Returns how well the exemplar is reproduced by its own style.
    """
    recipe = source.recipe
    if recipe is None:
        raise LegoError(f"style '{source.name}' has no recipe", "recipes come with styles of plugins", ExitCode.USAGE)
    maker = StyleMaker(registry, renderer, options)
    made = maker.learn(exemplar_of_recipe(recipe, maker.stylist), recipe.name, recipe.licence, recipe.summary, report)
    maker.write(made, output)
    return {"output": str(output), "bytes": output.stat().st_size, **made.figures}
