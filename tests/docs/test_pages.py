"""What a reader clicks on exists, and what a reader types is understood: links and command lines of README and docs."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import typer

from lego_cli.cli.application import build_app
from lego_cli.cli.flags import global_flags_first

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.md")])
TYPED = [page for page in PAGES if page.name not in ("cli.md", "hooks.md")]  # those are made from the commands
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_points_to_something(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@cache
def root():
    return typer.main.get_command(build_app(third_party=False))


def blocks(page: Path) -> list[str]:
    """Command lines of fenced blocks, each without what is said about it."""
    lines = []
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for block in (text for language, text in fenced if language in ("", "sh")):
        for line in re.sub(r" \\\n\s*", " ", block).splitlines():
            parts = [p for p in re.split(r"\s{2,}|\s#\s", line) if p.startswith("lego ")]
            lines += [one for part in parts for one in alternatives(part)]
    return lines


def alternatives(line: str) -> list[str]:
    """``lego styles list | show clay`` is two lines."""
    first, *others = line.split(" | ")
    group = " ".join(first.split()[:2])
    return [first, *(f"{group} {other}" for other in others)]


def found(words: list[str]):
    """The command that words name, and what is left of them; None for those that are no command of ours."""
    command, path = root(), ["lego"]
    while words and getattr(command, "commands", None) and words[0] in command.commands:
        command, path, words = command.commands[words[0]], [*path, words[0]], words[1:]
    return (command, words) if len(path) > 1 else (None, words)


def of_a_plugin(command: str) -> bool:
    """Whether a page shows a plugin that adds such a command."""
    return any(f'app.command("{command}")' in page.read_text(encoding="utf-8") for page in PAGES) or command == "spell"


LINES = [(page, line) for page in TYPED for line in blocks(page)]


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{name(p)}: {line}" for p, line in LINES])
def test_a_command_line_parses(page, line):
    words = shlex.split(line.replace("[", "").replace("]", "").replace(" ...", ""))[1:]
    words = [word for word in global_flags_first(words) if word not in ("-vv", "--no-plugins", "-q")]
    command, rest = found(words)
    if command is None:
        assert words[0].startswith("--") or of_a_plugin(words[0]), f"no command `lego {words[0]}`"
        return
    command.make_context(line, rest)


@pytest.mark.parametrize("page", TYPED, ids=name)
def test_commands_and_flags_in_the_text_exist(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in re.findall(r"`(lego [a-z][^`]*)`", text):
        words = " ".join(line.split()).replace("|", " ").split()[1:]
        command, rest = found(words)
        if command is None:
            assert of_a_plugin(words[0]), f"no command in `{line}`"
            continue
        known = {n for p in command.params for n in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        strange = [w for w in rest if w.startswith("--") and w.partition("=")[0] not in known]
        assert not strange or getattr(command, "commands", None), f"`{line}`: no flag {strange}"


def test_command_lines_were_found():
    assert len(LINES) > 60
