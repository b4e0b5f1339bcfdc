"""The styles that the user made or added: files in the user's folder, named and found like those of plugins."""

from __future__ import annotations

from functools import partial

from lego_cli.api import StyleSource
from lego_cli.registry import Entry, Owner, Registry
from lego_cli.store import styles_folder

USER = Owner("user", "user", "-")
SUFFIX = ".lego"


def add_user_styles(registry: Registry) -> None:
    """Register each ``NAME.lego`` of the user's folder; one that is called as a built-in style is ``user:NAME``."""
    for file in sorted(styles_folder().glob(f"*{SUFFIX}")):
        if file.is_file() and not set(file.stem) & set(": \t"):  # other names could not be typed; give the path
            source = partial(StyleSource, file.stem, file)
            registry.add(Entry("styles", file.stem, source, USER, f"yours, in {file}"))
