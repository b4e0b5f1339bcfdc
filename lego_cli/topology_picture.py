"""The picture of an added topology: the mesh as given, wrapped on the mean head, and moving in a style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lego_cli.core.wrapping.wrap import mean_code
from lego_cli.expression import expression_code
from lego_cli.preview import Finish, carried_landmarks, contact_sheet, labelled_views, render_views

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Renderer
    from lego_cli.core.dt.style_file import Style
    from lego_cli.core.wrapping.wrap import Wrap

MOVED = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0, "jawOpen": 1.0}


def topology_picture(wrap: Wrap, style: Style, renderer: Renderer, size: int = 384) -> Image.Image:
    """Three rows: the mesh as given, its edges on the mean head, and the mean head in ``style``, moving."""
    rest = wrap.topology.mesh
    marks = carried_landmarks(wrap.topology, wrap.head)
    given = labelled_views("as given", wrap.given, renderer, size=size)
    wired = labelled_views("on the mean head", rest, renderer, size=size, finish=Finish(clay=True, wire=True))
    avatar = wrap.stylist.avatar(mean_code(wrap.stylist), [(style, 1.0)])
    still, moved = (rest.with_vertices(avatar.pose(wrap.topology, expression_code(a))) for a in ({}, MOVED))
    pictures = render_views(still, renderer, ("front",), size, landmarks=marks)
    pictures += render_views(moved, renderer, ("front", "three_quarter"), size, landmarks=marks)
    labels = (style.name, "eyes shut, jaw open", "eyes shut, jaw open")
    styled = list(zip(labels, pictures, strict=True))
    return contact_sheet([given, wired, styled], wrap.topology.name)
