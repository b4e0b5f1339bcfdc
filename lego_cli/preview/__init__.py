"""Pictures of heads for people: studio-lit views, turntables and contact sheets.

Everything here is handed the renderer that it draws with.
"""

from __future__ import annotations

from lego_cli.preview.framing import VIEWS, Frame
from lego_cli.preview.makeup import carried_landmarks
from lego_cli.preview.picture_file import write_animation, write_picture
from lego_cli.preview.sheet import contact_sheet
from lego_cli.preview.studio import THREE, Finish, labelled_views, render_views, turntable

__all__ = [
    "THREE",
    "VIEWS",
    "Finish",
    "Frame",
    "carried_landmarks",
    "contact_sheet",
    "labelled_views",
    "render_views",
    "turntable",
    "write_animation",
    "write_picture",
]
