"""What a plugin says of itself and of what it offers: texts of bearable length that a terminal can show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from lego_cli.errors import one_line
from lego_cli.registry import Entry, Owner

NAME, VERSION, SUMMARY, HINT, NEED = 80, 60, 200, 500, 500  # letters
OFFERS, NEEDS = 1000, 20  # things that one hook may register; needs of one
MORE = " ..."


def collector(entries: list[Entry], kind: str, owner: Owner) -> Callable[..., None]:
    """What a hook is handed: each call adds to ``entries``, and raises ``TypeError`` or ``ValueError`` for nonsense."""

    def register(
        name: str,
        factory: Callable[[], Any] | str,
        summary: str = "",
        needs: tuple[str, ...] = (),
        hint: str = "",
    ) -> None:
        if len(entries) >= OFFERS:
            raise ValueError(f"it registers more than {OFFERS} things")
        about = summary_of(summary, "summary"), needs_of(needs), summary_of(hint, "hint", HINT)
        entries.append(Entry(kind, name_of(name), factory, owner, *about))

    return register


def name_of(name: object) -> str:
    """A name that can be typed. Raises ``ValueError`` for what is none."""
    if type(name) is str and 0 < len(name) <= NAME and one_line(name) == name and name.isprintable():
        return name
    shown = repr(name[:NAME]) if type(name) is str else f"a {type(name).__name__}"
    raise ValueError(f"{shown} is no name: use one word of up to {NAME} letters")


def summary_of(text: object, what: str, most: int = SUMMARY) -> str:
    """A text in one line. Raises ``TypeError`` for what is no text."""
    if not isinstance(text, str):
        raise TypeError(f"the {what} is no text but {type(text).__name__}")
    return line(text, most)


def needs_of(needs: Iterable[str]) -> tuple[str, ...]:
    """Needs as they are kept. Raises ``TypeError`` for what is no tuple of texts, ``ValueError`` for too many."""
    if isinstance(needs, str):
        raise TypeError(f"needs is a tuple: write needs=({needs[:NAME]!r},)")
    kept = tuple(islice(needs, NEEDS + 1))
    if len(kept) > NEEDS:
        raise ValueError(f"it has more than {NEEDS} needs")
    for need in kept:
        if type(need) is not str or len(need) > NEED or not need.isprintable():
            raise TypeError(f"a need is a text of up to {NEED} letters")
    return kept


def line(text: str, most: int) -> str:
    """A text in one line of up to ``most`` letters, and a sign that there was more."""
    shown = " ".join(one_line(text[: 4 * most]).split())
    return shown if len(shown) <= most and len(text) <= 4 * most else shown[:most] + MORE


def paragraphs(text: str, most: int) -> str:
    """A text of several lines, of up to ``most`` letters, without what a terminal would obey."""
    shown = "\n".join(one_line(each) for each in text[:most].split("\n"))
    return shown if len(text) <= most else shown + MORE
