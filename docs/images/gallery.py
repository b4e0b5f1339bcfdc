"""Makes gallery.jpg and expressions.jpg, the pictures of the README: ``python docs/images/gallery.py``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from lego_cli import assets
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.stylist import Code
from lego_cli.expression import expression_code
from lego_cli.learning.style_maker import FACES
from lego_cli.plugins import load_plugins
from lego_cli.preview import Frame, contact_sheet, render_views
from lego_cli.renderer_choice import choose_renderer

PEOPLE = (  # nobody that any style was learned from
    {"age": 0.72, "gender": 0.9, "caucasian": 0.7, "african": 0.2, "asian": 0.1, "nose_scale_vert_incr": 0.3},
    {"age": 0.68, "gender": 0.05, "african": 0.9, "caucasian": 0.05, "asian": 0.05},
    {"age": 0.28, "gender": 0.4, "asian": 0.8, "caucasian": 0.1, "african": 0.1},
    {"age": 0.97, "gender": 0.85, "caucasian": 0.9, "african": 0.05, "asian": 0.05, "nose_hump_incr": 0.5},
)
ORDER = "pixar disney chibi elf ogre orc cat zombie caricature joker statue baby".split()
MOVING = "disney"
SIZE, WIDTH = 220, 1400


def main() -> None:
    """Twelve styles on four people, and one style with eight expressions."""
    registry = load_plugins(third_party=False).registry
    stylist, renderer = assets.stylist(registry), choose_renderer(registry)
    head, solver = stylist.head, ShapeSolver(stylist.head, assets.surface_net())
    people = np.stack([head.neutral(head.parameters(**who)[None])[0] for who in PEOPLE]).astype(np.float64)
    codes = [Code(code, np.zeros(52)) for code in solver(people)]

    def picture(vertices: np.ndarray, framed: np.ndarray) -> Image.Image:
        mesh, frame = head.mesh.with_vertices(vertices), Frame.of(np.concatenate([framed, vertices]))
        return render_views(mesh, renderer, ("three_quarter",), SIZE, landmarks=head.landmarks, frame=frame)[0]

    rows = [[("the person", picture(person, person))] for person in people]
    for name in ORDER:
        style = assets.style(registry, name)
        for row, code, person in zip(rows, codes, people, strict=True):
            row.append((name, picture(stylist.avatar(code, [(style, 1.0)]).neutral, person)))
    _save(contact_sheet([[*row[:7]] for row in rows] + [[row[0], *row[7:]] for row in rows]), "gallery.jpg")
    neutral = stylist.avatar(codes[1], [(assets.style(registry, MOVING), 1.0)]).neutral
    posed = head.posed(np.repeat(neutral[None], len(FACES), 0), np.stack([expression_code(v) for _, v in FACES]))
    moving = [(face, picture(x.astype(np.float64), people[1])) for (face, _), x in zip(FACES, posed, strict=True)]
    _save(contact_sheet([moving]), "expressions.jpg")


def _save(sheet: Image.Image, name: str) -> None:
    small = sheet.resize((WIDTH, round(sheet.height * WIDTH / sheet.width)), Image.Resampling.LANCZOS)
    small.convert("RGB").save(Path(__file__).with_name(name), quality=88)


if __name__ == "__main__":
    main()
