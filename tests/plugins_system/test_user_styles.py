"""The user's own styles are found like those of plugins, and never replace one that is built in."""

from __future__ import annotations

from lego_cli.files.folders import styles_folder
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner
from lego_cli.user.styles import add_user_styles


def test_a_file_in_the_users_folder_is_a_style():
    styles_folder().mkdir(parents=True)
    (styles_folder() / "clay.lego").touch()
    (styles_folder() / "my old: clay.lego").touch()
    (styles_folder() / "notes.txt").touch()
    registry = load_plugins(third_party=False).registry
    source = registry.get("styles", "clay")
    assert (source.name, source.file) == ("clay", styles_folder() / "clay.lego")
    assert [entry.name for entry in registry.entries("styles") if not entry.owner.built_in] == ["clay"]


def test_a_built_in_style_keeps_its_name():
    styles_folder().mkdir(parents=True)
    (styles_folder() / "elf.lego").touch()
    registry = load_plugins(third_party=False).registry
    ours = Owner("styles", "lego", "1", built_in=True)
    if "lego:elf" not in {entry.full_name for entry in registry.entries("styles")}:
        registry.add(Entry("styles", "elf", dict, ours))
    assert registry.find("styles", "elf").owner.built_in
    assert registry.get("styles", "user:elf").file == styles_folder() / "elf.lego"


def test_no_folder_is_no_error():
    registry = load_plugins(third_party=False).registry
    add_user_styles(registry)
    assert not [entry for entry in registry.entries("styles") if entry.owner.distribution == "user"]
