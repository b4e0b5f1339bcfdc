"""Makes render.jpg, the picture of docs/render.md: ``python docs/images/render.py``."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from lego_cli import assets
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.mesh.read import read_mesh
from lego_cli.plugins import load_plugins
from lego_cli.preview import Finish, carried_landmarks, contact_sheet, render_views
from lego_cli.renderer_choice import choose_renderer
from lego_cli.stylizing.stylizer import StylizeOptions, Stylizer

SIZE, CHECK = 330, 15
PICTURES = (  # caption, style, expression, view, finish
    ("", "pixar", "happy", "three_quarter", Finish()),
    ("--wire", "elf", "", "front", Finish(wire=True)),
    ("--clay", "ogre", "", "three_quarter_right", Finish(clay=True)),
    ("--background transparent", "caricature", "", "three_quarter", Finish(background="transparent")),
)


def main() -> None:
    """Draw the demo head in four styles and four looks."""
    registry = load_plugins(third_party=False).registry
    stylizer = Stylizer(registry, StylizeOptions(style=("pixar",)))
    code = stylizer(read_mesh(assets.data_file("demo_head.obj"))).encoded.code
    marks = carried_landmarks(stylizer.topology, stylizer.stylist.head)
    row: list[tuple[str, Image.Image]] = []
    for caption, style, face, view, finish in PICTURES:
        avatar = stylizer.stylist.avatar(code, [(assets.style(registry, style), 1.0)])
        expression = expression_code(action_values(parse_expression([face] if face else []), registry))
        mesh = stylizer.topology.mesh.with_vertices(avatar.pose(stylizer.topology, expression))
        renderer = choose_renderer(registry)
        picture = render_views(mesh, renderer, [view], SIZE, finish=finish, landmarks=marks)[0]
        row.append((f"lego render {caption}".strip(), on_checks(picture)))
    contact_sheet([row], text=15).save(Path(__file__).with_suffix(".jpg"), quality=88)


def on_checks(picture: Image.Image) -> Image.Image:
    """The picture, over a checkerboard where it is transparent."""
    if picture.mode != "RGBA":
        return picture
    board = Image.new("RGB", picture.size, (255, 255, 255))
    draw = ImageDraw.Draw(board)
    for x in range(0, SIZE, CHECK):
        for y in range(x // CHECK % 2 * CHECK, SIZE, 2 * CHECK):
            draw.rectangle((x, y, x + CHECK - 1, y + CHECK - 1), fill=(214, 216, 220))
    board.paste(picture, (0, 0), picture)
    return board


if __name__ == "__main__":
    main()
