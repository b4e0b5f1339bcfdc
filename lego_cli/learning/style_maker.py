"""From an exemplar to a style that can be shown, shared and installed; what ``finetune`` and ``train style`` share."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli import assets
from lego_cli.api import Report, silent
from lego_cli.core.dt.crowd import draw_crowd
from lego_cli.core.dt.exemplar import with_symmetry
from lego_cli.core.dt.finetune_dt import Tuned, finetune_dt
from lego_cli.core.dt.style_file import Style, write_style
from lego_cli.core.dt.style_measures import StyleMeasures
from lego_cli.core.dt.view_embeddings import ViewEmbeddings
from lego_cli.core.stylist import Code
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.expression import expression_code
from lego_cli.learning.loss_choice import chosen_losses
from lego_cli.preview import Finish, Frame, contact_sheet, render_views

if TYPE_CHECKING:
    from PIL import Image

    from lego_cli.api import Floats, Renderer
    from lego_cli.core.dt.exemplar import Exemplar
    from lego_cli.registry import Registry

UNSEEN = 700_001  # seed of the heads that a new style is shown and measured on
SHOWN = 8
SITTERS = (0, 2, 4, 1, 6, 8, 3, 10)  # of the unseen, where adults have even numbers
FACES: tuple[tuple[str, dict[str, float]], ...] = (
    ("happy", {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}),
    ("blink", {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}),
    ("jaw open", {"jawOpen": 0.7}),
    ("surprised", {"browInnerUp": 0.9, "eyeWideLeft": 0.8, "eyeWideRight": 0.8, "jawOpen": 0.4}),
    ("angry", {"browDownLeft": 1.0, "browDownRight": 1.0, "mouthFrownLeft": 0.6, "mouthFrownRight": 0.6}),
    ("pucker", {"mouthPucker": 1.0}),
    ("smirk", {"mouthSmileLeft": 0.8, "eyeBlinkLeft": 0.7, "browOuterUpRight": 0.8}),
    ("sad", {"browInnerUp": 1.0, "mouthFrownLeft": 0.9, "mouthFrownRight": 0.9, "mouthShrugLower": 0.6}),
)


@dataclass(frozen=True)
class Made:
    """A learned style and how it went."""

    style: Style
    exemplar: Exemplar
    tuned: Tuned
    figures: dict[str, float]


class StyleMaker:
    """Head model, prior, losses and renderer looked up once, then any number of styles learned."""

    def __init__(self, registry: Registry, renderer: Renderer, options: FinetuneOptions | None = None) -> None:
        """Raises LegoError for unknown losses and encoders, and for weights that are missing, before anything slow."""
        self.options = options or FinetuneOptions()
        self.renderer = renderer
        self.losses = chosen_losses(registry, self.options.loss)
        self.stylist = assets.stylist(registry)
        self.prior = assets.style_prior()
        self.views = None
        if self.options.steps and any(loss.pictures for loss, _ in self.losses.values()):
            encoder = registry.get("image_encoders", self.options.image_encoder)
            self.views = ViewEmbeddings(self.stylist.head, renderer, encoder, seed=self.options.seed)

    @cached_property
    def unseen(self) -> tuple[Floats, Floats]:
        """Codes ``(N, K)`` and heads ``(N, V, 3)`` of people that no style is learned from."""
        crowd = draw_crowd(self.stylist, 2 * SHOWN, UNSEEN)
        return crowd.shape.double().numpy(), crowd.neutral.double().numpy()

    def learn(
        self,
        exemplar: Exemplar,
        name: str,
        licence: str,
        summary: str,
        report: Report = silent,
        checkpoint: Path | None = None,
    ) -> Made:
        """One style, with its thumbnail and figures."""
        start, o = time.perf_counter(), self.options
        exemplar = with_symmetry(exemplar, self.stylist, o.symmetry)
        tuned = finetune_dt(
            self.stylist, exemplar, self.prior, self.losses, self.views, name,
            licence=licence, summary=summary, options=o, checkpoint=checkpoint, report=report,
        )  # fmt: skip
        provenance: dict[str, str | float] = {
            "method": "style prior, then fine-tuned" if o.steps else "style prior",
            "exemplar": exemplar.way,
            "losses": " ".join(f"{n}={w:g}" for n, (_, w) in self.losses.items()) if o.steps else "",
            "image_encoder": o.image_encoder if self.views else "",
            "prior": o.prior,
            "steps": o.steps,
            "seed": o.seed,
        }
        style = replace(tuned.style, thumbnail=self._thumbnail(exemplar.styled), provenance=provenance)
        figures = self.figures(style, exemplar) | {"learn_seconds": time.perf_counter() - start}
        return Made(style, exemplar, tuned, figures)

    def write(self, made: Made, path: Path) -> None:
        """The style file."""
        write_style(made.style, path)

    def styled(self, style: Style, codes: Floats) -> Floats:
        """Codes ``(N, K)`` to styled neutral heads ``(N, V, 3)``."""
        still = np.zeros(self.stylist.net.expression_size)
        return np.stack([self.stylist.avatar(Code(code, still), [(style, 1.0)]).neutral for code in codes])

    def figures(self, style: Style, exemplar: Exemplar) -> dict[str, float]:
        """How well the exemplar is reproduced, and what the style does to people that it was not learned from."""
        measures, (codes, _) = StyleMeasures(self.stylist), self.unseen
        people = np.stack([self.stylist.neutral(code) for code in codes])
        styled = self.styled(style, codes)
        own = exemplar_distance(measures, exemplar, self.styled(style, exemplar.shape[None])[0])
        pair = (exemplar.identity, exemplar.styled)
        direction, size, _ = measures.expressions_kept(people[:2], styled[:2])
        turned = [measures.turned_faces(a, b) for a, b in zip(people, styled, strict=True)]
        return {
            "exemplar_mean_percent": own,
            "identity_diversity": measures.diversity(people, styled),
            "identity_found": measures.found_again(people, styled),
            "normal_gain": measures.normal_gain(pair, people, styled),
            "curvature_gain": measures.curvature_gain(pair, people, styled),
            "expression_direction": direction,
            "expression_size": size,
            "turned_faces": float(np.mean(turned)),
            "turned_faces_of_exemplar": float(measures.turned_faces(*pair)),
            "lip_gap_mm": float(measures.lip_gaps(styled).max()),
        }

    def sheet(self, made: Made, size: int = 208) -> Image.Image:
        """The exemplar pair, and eight unseen people: as they are, styled, and styled with an expression."""
        codes, exemplar = self.unseen[0][list(SITTERS)], made.exemplar
        people = np.stack([self.stylist.neutral(code) for code in codes])
        styled = self.styled(made.style, codes)
        posed = self.stylist.head.posed(styled, np.stack([expression_code(values) for _, values in FACES]))
        views = ("front", "three_quarter", "side")
        pair = [
            (f"exemplar, {label}", picture)
            for label, head in (("person", exemplar.identity), ("styled", exemplar.styled))
            for picture in self._pictures(head, views, size, exemplar.identity)
        ]
        labels = [["person"] * SHOWN, ["styled"] * SHOWN, [face for face, _ in FACES]]
        drawn = [
            [(t, self._pictures(x, views[1:2], size, p)[0]) for t, x, p in zip(row, heads, people, strict=True)]
            for row, heads in zip(labels, (people, styled, posed), strict=True)
        ]
        return contact_sheet([pair, *drawn], made.style.name)

    def _pictures(
        self, head: Floats, views: Sequence[str], size: int, framed: Floats | None = None
    ) -> list[Image.Image]:
        """Views of a head; of many heads on a sheet without shade, each from as far away as ``framed`` asks for."""
        model = self.stylist.head
        mesh, frame = model.mesh.with_vertices(np.asarray(head, np.float64)), None
        if framed is not None:
            frame = Frame.of(np.concatenate([framed, head]))
        finish = Finish(shade=frame is None)
        return render_views(mesh, self.renderer, views, size, finish=finish, landmarks=model.landmarks, frame=frame)

    def _thumbnail(self, styled: Floats) -> bytes:
        buffer = io.BytesIO()
        self._pictures(styled, ("three_quarter",), 256)[0].save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def exemplar_distance(measures: StyleMeasures, exemplar: Exemplar, found: Floats) -> float:
    """Mean distance of what a style makes of its own exemplar's code from the exemplar, in % of head height."""
    apart = measures.distances(exemplar.styled[None], found[None], exemplar.styled[None])
    return float(apart.mean()) / 230 * 100
