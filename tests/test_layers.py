"""Imports point one way: what a layer or a plugin may see, read from the source itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGIN_ROOTS = ("plugins", "renderers", "topologies")
PLUGINS = {folder.name for root in PLUGIN_ROOTS for folder in (ROOT / root).glob("lego_*") if folder.is_dir()}
CORE_FILES = sorted((ROOT / "lego_cli").rglob("*.py"))
PLUGIN_FILES = sorted(file for root in PLUGIN_ROOTS for file in (ROOT / root).rglob("*.py"))

# From the bottom up. A module sees its own layer and those below it.
LAYERS = (
    {"__init__", "errors", "options"},
    {"registry", "quarantine", "files", "needs", "arrays"},
    {"api", "nn"},
    {"mesh", "core", "preview"},
    {
        "hookspecs",
        "plugins",
        "installed",
        "offers",
        "trial",
        "verdicts",
        "renderer_choice",
        "exporter_choice",
        "expression",
        "user",
    },
)
ENTRY_POINTS = len(LAYERS)  # stylizing, learning, animating, bench, ...: everything else
CLI = ENTRY_POINTS + 1
FRONT = "lego_cli"  # names the Python functions, and imports them when they are used
HEAVY = {"torch", "numpy", "scipy", "trimesh", "PIL", "safetensors"}


def layer(module: str) -> int:
    """Layer of ``lego_cli.X...``."""
    name = module.partition(".")[2].partition(".")[0] or "__init__"
    if name == "cli":
        return CLI
    return next((i for i, names in enumerate(LAYERS) if name in names), ENTRY_POINTS)


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts if parts[0] == "lego_cli" else parts[1:]).removesuffix(".__init__")


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Every module that ``file`` imports, and whether it does so when it is imported itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    later = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_type_checking(node)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node not in later) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_name(file).split(".")
                package = package if file.name == "__init__.py" else package[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
            names = [f"{base}.{alias.name}" for alias in node.names] if base in ("lego_cli", "lego_cli.cli") else [base]
            yield from ((name, node not in later) for name in names)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


@pytest.mark.parametrize("file", CORE_FILES, ids=module_name)
def test_a_module_imports_from_its_own_layer_and_below(file):
    own = ENTRY_POINTS if module_name(file) == FRONT else layer(module_name(file))
    above = [name for name, _ in imports(file) if name.split(".")[0] == "lego_cli" and layer(name) > own]
    assert not above
    plugins = [name for name, _ in imports(file) if name.split(".")[0] in PLUGINS]
    assert not plugins, "a plugin is handed over by name, never imported"


def test_the_front_imports_nothing_until_it_is_asked():
    now = {name for name, now in imports(ROOT / "lego_cli/__init__.py") if now}
    assert now == {"__future__", "typing"}


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=module_name)
def test_a_plugin_sees_the_api_and_itself_alone(file):
    package = module_name(file).split(".")[0]
    for name, _ in imports(file):
        root = name.split(".")[0]
        assert root == package or root not in PLUGINS, f"{name} is another plugin"
        if root == "lego_cli":
            assert name.split(".")[1] in ("api", "nn"), f"{name} is not for plugins"


@pytest.mark.parametrize("file", [f for f in PLUGIN_FILES if f.name == "hooks.py"], ids=module_name)
def test_hooks_import_nothing_heavy(file):
    assert not {name.split(".")[0] for name, _ in imports(file)} & HEAVY


@pytest.mark.parametrize("file", [*CORE_FILES, *PLUGIN_FILES], ids=module_name)
def test_only_the_command_line_talks_to_the_terminal(file):
    text = file.read_text(encoding="utf-8")
    if module_name(file).startswith("lego_cli.cli") or '__name__ == "__main__"' in text:  # a script of its own
        return
    terminal = [name for name, now in imports(file) if name.split(".")[0] in ("typer", "rich") and now]
    assert not terminal
    calls = {node.func.id for node in ast.walk(ast.parse(text)) if _is_plain_call(node)}
    assert not calls & {"print", "input", "exit", "quit"}


@pytest.mark.parametrize("file", sorted((ROOT / "lego_cli" / "cli").glob("*.py")), ids=module_name)
def test_command_files_import_nothing_heavy_at_the_top(file):
    assert not {name.split(".")[0] for name, now in imports(file) if now} & HEAVY


def _is_plain_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def test_the_rules_see_the_whole_project():
    assert len(CORE_FILES) > 20
    assert {"lego_heads", "lego_rigs", "lego_renderers", "lego_topologies"} <= PLUGINS
