"""A style that was learned: what :func:`lego_cli.finetune` gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lego_cli.files.inputs import Inputs
from lego_cli.library.inputs import read_so_far, without_inputs
from lego_cli.library.pictures import png

if TYPE_CHECKING:
    from lego_cli.learning.finetuning import Learned


@dataclass(frozen=True, eq=False, repr=False)
class LearnedStyle:
    """A style of yours: ``name`` goes after ``style=`` and ``--style`` from now on."""

    name: str
    path: Path  # where it is installed
    learned: Learned
    inputs: Inputs = field(default_factory=read_so_far)

    @property
    def metrics(self) -> dict[str, float]:
        """How well the exemplar is reproduced and what becomes of other people, as ``lego finetune --json`` has it."""
        return dict(self.learned.made.figures)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is doubtful about the pair."""
        return self.learned.warnings

    @without_inputs
    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the ``.lego`` file to share, or its thumbnail as PNG. Raises LegoError for a file that is there."""
        from lego_cli.user.styles import export_style

        return export_style(self.path, Path(path), force)

    def __repr__(self) -> str:
        return f"<LearnedStyle: {self.name}, exemplar to {self.metrics['exemplar_mean_percent']:.2f} % of head height>"

    def _repr_png_(self) -> bytes:
        return png(self.learned.maker.sheet(self.learned.made))
