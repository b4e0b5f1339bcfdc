"""Names of results that are not given one: the input's, and all that makes this result another one than the next."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.stylizing.stylizer import parse_weights

if TYPE_CHECKING:
    from lego_cli.stylizing.stylizer import StylizeOptions

LONGEST = 120  # letters: file systems take 255 bytes, and .preview.png or .run.json come behind


def result_name(stem: str, options: StylizeOptions) -> str:
    """``in`` to ``in.pixar``, ``in.pixar.mask``, ``in.pixar_0.6+elf_0.4.strength_1.2.happy_0.8``.

    What is as by default is left out, so that the shortest name is the one that most people get.
    """
    usual = type(options)()
    parts = [stem, "+".join(_styles(options.style))]
    if options.topology != usual.topology:
        parts.append(_word(options.topology))
    parts += [
        f"{name}_{getattr(options, name):g}"
        for name in ("strength", "detail")
        if getattr(options, name) != getattr(usual, name)
    ]
    parts.append("+".join(_word(text.replace("=", "_")) for text in options.expression))
    parts.append(options.frame if options.frame != usual.frame else "")
    return shortened(".".join(filter(None, parts)))


def shortened(name: str) -> str:
    """A name that every file system takes: the end of a long one becomes a few letters that stand for it."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{sha256(name.encode()).hexdigest()[:8]}"


def _styles(styles: Sequence[str]) -> list[str]:
    """The styles' own names, with their weights unless these are 1."""
    return [f"{_style(name)}{'' if weight == 1 else f'_{weight:g}'}" for name, weight in parse_weights(styles).items()]


def _style(name: str) -> str:
    """The name of a style that was named, or whose file was."""
    if not name.endswith(".lego"):
        return _word(name)
    from lego_cli.core.dt.style_name import style_name

    return _word(style_name(Path(name)))


def _word(name: str) -> str:
    """What of a name can stand in a file name anywhere; ``user:clay`` is ``clay``."""
    return "".join(letter if letter.isalnum() or letter in "-_.+" else "-" for letter in name.rpartition(":")[2])
