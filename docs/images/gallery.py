"""Makes gallery.jpg, the picture of the README: ``python docs/images/gallery.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from lego_cli.demo import run_demo
from lego_cli.plugins import load_plugins
from lego_cli.renderer_choice import choose_renderer
from lego_cli.stylize import StylizeOptions

WIDTH = 1000


def main() -> None:
    """Run the demo into a temporary folder and keep its gallery, smaller."""
    registry = load_plugins(third_party=False).registry
    styles = ("pixar", "elf", "ogre", "caricature")
    with tempfile.TemporaryDirectory() as folder:
        run_demo(registry, StylizeOptions(style=styles), Path(folder), choose_renderer(registry), force=True)
        picture = Image.open(Path(folder) / "gallery.png")
        small = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    small.convert("RGB").save(Path(__file__).with_name("gallery.jpg"), quality=90)


if __name__ == "__main__":
    main()
