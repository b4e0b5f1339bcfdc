"""Makes animate.webp: one performance, three people in three styles, side by side.

Run it from the root of the repository; a minute or two.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from performances import live_link_csv

from lego_cli.animating.animate_files import write_animated
from lego_cli.animating.animation import AnimateOptions, CastOptions, animate
from lego_cli.animating.track_options import TrackOptions
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.encoding.code_file import SavedCode, write_code
from lego_cli.core.geometry.similarity import Similarity
from lego_cli.core.stylist import Code
from lego_cli.plugins import load_plugins
from lego_cli.registry import Registry
from lego_cli.renderer_choice import choose_renderer
from lego_cli.stylizing.stylizer import Stylizer

STYLES = ("disney", "orc", "cat")
PEOPLE = (900_011, 900_014, 900_019)  # seeds of people that nothing was trained on
SPAN, FPS, SIZE = "1.2:4.6", 12.0, 300


def main() -> None:
    """Draw three films and join their frames."""
    registry = load_plugins(third_party=False).registry
    renderer = choose_renderer(registry)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        take = folder / "take.csv"
        live_link_csv(take, seconds=6)
        for style, seed in zip(STYLES, PEOPLE, strict=True):
            code = folder / f"{style}.json"
            write_person(registry, seed, code)
            played = animate(code, take, registry, CastOptions(style=(style,)), TrackOptions(trim=SPAN))
            write_animated(played, folder / style, registry, renderer, AnimateOptions(size=SIZE), FPS)
        count = len(list((folder / STYLES[0]).iterdir()))
        frames = [joined([folder / style / f"{k:04}.png" for style in STYLES]) for k in range(count)]
    place = Path(__file__).with_name("animate.webp")
    frames[0].save(
        place, save_all=True, append_images=frames[1:], duration=round(1000 / FPS), loop=0, quality=70, method=6
    )


def write_person(registry: Registry, seed: int, path: Path) -> None:
    """The code of one person of the head model."""
    stylist = Stylizer(registry, CastOptions(), bare=True).stylist
    neutral = stylist.head.neutral(stylist.head.sample(1, "adult", seed)).astype(np.float64)
    code = Code(ShapeSolver(stylist.head, stylist.net)(neutral)[0], np.zeros(52))
    write_code(SavedCode(code, Similarity(1.0, np.eye(3), np.zeros(3))), path, stylist, {})


def joined(paths: list[Path]) -> Image.Image:
    """Pictures side by side."""
    pictures = [Image.open(path).convert("RGB") for path in paths]
    whole = Image.new("RGB", (SIZE * len(pictures), SIZE))
    for k, picture in enumerate(pictures):
        whole.paste(picture, (SIZE * k, 0))
    return whole


if __name__ == "__main__":
    main()
