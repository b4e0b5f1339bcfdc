"""``lego bench style``: styles learned from one example against what their recipes really do to unseen people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli import assets
from lego_cli.api import ARKIT, Report, silent
from lego_cli.bench.options import LOCAL, METHODS, OURS, PAPER, TRUTH, UNTOUCHED, WORLD, BenchStyleOptions
from lego_cli.core.avatar import rest_displacement, turned
from lego_cli.core.ds.codes import ShapeSolver
from lego_cli.core.ds.template_points import sparse_expressions
from lego_cli.core.dt.exemplar import Exemplar, exemplar_of_recipe
from lego_cli.core.dt.paper_dt import NORMAL_WEIGHT, PAPER_LOSSES, finetune_paper, styled_heads
from lego_cli.core.dt.style_measures import StyleMeasures
from lego_cli.core.dt.view_embeddings import ViewEmbeddings
from lego_cli.core.motion.contact_measures import EYES, ContactMeasures
from lego_cli.core.stylist import Code
from lego_cli.core.training_options import FinetuneOptions
from lego_cli.errors import ExitCode, LegoError
from lego_cli.learning.loss_choice import chosen_losses
from lego_cli.learning.style_maker import StyleMaker, exemplar_distance

if TYPE_CHECKING:
    from lego_cli.api import Floats, Renderer
    from lego_cli.core.dt.style_file import Style
    from lego_cli.registry import Registry

Figures = dict[str, float]
CLOSE = 4  # people whose expressions, intersections and pictures are looked at
LEAST_VARIED = 0.1  # of a style's mean displacement: a recipe that differs less between people is a constant


@dataclass(frozen=True, eq=False)
class Unseen:
    """The people that everything is measured on, and faces they make."""

    neutral: Floats  # (N, V, 3)
    codes: Floats  # (N, K)
    expression: Floats  # (N, 52)


class StyleBench:
    """Everything that all styles share."""

    def __init__(self, registry: Registry, renderer: Renderer, options: BenchStyleOptions | None = None) -> None:
        """Raises LegoError (exit code 2) for an unknown method, (exit code 3) for an encoder without its weights."""
        self.options = o = options or BenchStyleOptions()
        for method in o.methods:
            if method not in METHODS:
                raise LegoError(f"--method has no '{method}'", f"choose from {', '.join(METHODS)}", ExitCode.USAGE)
        self.registry, self.renderer = registry, renderer
        self.maker = StyleMaker(registry, renderer, FinetuneOptions())
        self.stylist = self.maker.stylist
        self.measures = StyleMeasures(self.stylist)
        self.contacts = ContactMeasures(self.stylist.head, renderer)
        head = self.stylist.head
        self.judge = ViewEmbeddings(head, renderer, registry.get("image_encoders", o.judge), seed=91)
        self.people = unseen_people(self, o.people, o.seed)

    def of_pair(self, name: str, exemplar: Exemplar, report: Report = silent) -> dict[str, Figures]:
        """Figures of a user's pair by method; its truth is not known, so there are no distances."""
        found: dict[str, Figures] = {}
        for done, method in enumerate(m for m in self.options.methods if m != TRUTH):
            report(name, done, len(self.options.methods))
            heads, own, costs = self._made(method, name, exemplar, None, report)
            found[method] = self._figures(exemplar, None, heads, own) | costs
        return found

    def __call__(self, name: str, report: Report = silent) -> dict[str, Figures]:
        """Figures of one style by method. Raises LegoError for a style without a recipe."""
        source = self.registry.get("styles", name)
        if source.recipe is None:
            raise LegoError(f"style '{name}' has no recipe", "the truth is known of authored styles", ExitCode.USAGE)
        head = self.stylist.head
        exemplar = exemplar_of_recipe(source.recipe, self.stylist)
        truth = np.stack([source.recipe.apply(head, person) for person in self.people.neutral]).astype(np.float64)
        varied = self._varied(exemplar, truth)
        if varied < LEAST_VARIED:
            raise LegoError(f"style '{name}' does the same to everybody ({varied:.0%} varied)", "mend its recipe")
        found: dict[str, Figures] = {}
        for done, method in enumerate(self.options.methods):
            report(name, done, len(self.options.methods))
            heads, own, costs = self._made(method, name, exemplar, truth, report)
            found[method] = self._figures(exemplar, truth, heads, own) | costs | {"varied": varied}
        report(name, len(self.options.methods), len(self.options.methods))
        return found

    @cached_property
    def cuts_before(self) -> float:
        """Triangles that cut others on the same people without a style: closed lips, mostly."""
        return float(np.mean([self.measures.intersections(x) for x in self.people.neutral[:CLOSE]]))

    def _varied(self, exemplar: Exemplar, truth: Floats) -> float:
        """How much displacements in local frames differ between people, as a share of their mean."""
        moved = np.stack([
            rest_displacement(self.stylist, a, b) for a, b in zip(self.people.neutral, truth, strict=True)
        ])[:, self.stylist.skin]  # fmt: skip
        mean = moved.mean(0)
        return float(np.linalg.norm(moved - mean, axis=2).mean() / np.linalg.norm(mean, axis=1).mean())

    def _made(
        self, method: str, name: str, exemplar: Exemplar, truth: Floats | None, report: Report
    ) -> tuple[Floats, Floats, Figures]:
        """A method's styled people ``(N, V, 3)``, what it makes of the exemplar, and what that cost."""
        if method == PAPER:
            return self._paper(exemplar, report)
        if method == OURS:
            style, costs = self._style(name, exemplar, report, self.options.learn or truth is None)
            return self._by_style(style, self.people), self._by_style(style, self._as_people(exemplar))[0], costs
        people, own = self.people.neutral, exemplar.identity
        turns = self.stylist.turns
        delta = rest_displacement(self.stylist, own, exemplar.styled)
        ways: dict[str, Callable[[], tuple[Floats, Floats]]] = {
            UNTOUCHED: lambda: (people, own),
            WORLD: lambda: (people + exemplar.delta, exemplar.styled),
            LOCAL: lambda: (np.stack([p + turned(turns(p), delta) for p in people]), exemplar.styled),
            TRUTH: lambda: (people if truth is None else truth, exemplar.styled),
        }
        return (*ways[method](), {})

    def _style(self, name: str, exemplar: Exemplar, report: Report, learn: bool) -> tuple[Style, Figures]:
        if not learn:
            return assets.style(self.registry, name), {}
        start = time.perf_counter()
        made = self.maker.learn(exemplar, name, "", "", report)
        return made.style, {"seconds": time.perf_counter() - start, "peak_mb": _peak_mb()}

    def _by_style(self, style: Style, people: Unseen) -> Floats:
        """People in a style, with the detail that their codes cannot hold."""
        still, made = np.zeros(self.stylist.net.expression_size), []
        for person, code in zip(people.neutral, people.codes, strict=True):
            detail = person - self.stylist.neutral(code)
            made.append(self.stylist.avatar(Code(code, still, detail), [(style, 1.0)]).neutral)
        return np.stack(made)

    def _as_people(self, exemplar: Exemplar) -> Unseen:
        return Unseen(exemplar.identity[None], exemplar.shape[None], np.zeros((1, len(ARKIT))))

    def _paper(self, exemplar: Exemplar, report: Report) -> tuple[Floats, Floats, Figures]:
        start = time.perf_counter()
        defaults = chosen_losses(self.registry, [f"normal={NORMAL_WEIGHT}"])
        losses = {name: defaults[name] for name in PAPER_LOSSES}
        encoder = self.registry.get("image_encoders", self.options.image_encoder)
        views = ViewEmbeddings(self.stylist.head, self.renderer, encoder)
        dt = finetune_paper(self.stylist, exemplar, losses, views, FinetuneOptions(), report)
        costs = {"seconds": time.perf_counter() - start, "peak_mb": _peak_mb()}
        return styled_heads(dt, self.people.codes), styled_heads(dt, exemplar.shape[None])[0], costs

    def _distances(self, truth: Floats, heads: Floats) -> Figures:
        """To the truth, at rest and with an expression."""
        m, people = self.measures, self.people
        posed = [np.asarray(self.stylist.head.posed(x, people.expression), np.float64) for x in (heads, truth)]
        apart = np.concatenate([m.distances(people.neutral, heads, truth), m.distances(people.neutral, *posed)])
        return {"mean_mm": float(apart.mean()), "p95_mm": float(np.percentile(apart, 95))}

    def _figures(self, exemplar: Exemplar, truth: Floats | None, heads: Floats, own: Floats) -> Figures:
        m, people = self.measures, self.people
        pair = (exemplar.identity, exemplar.styled)
        direction, size, least = m.expressions_kept(people.neutral[:CLOSE], heads[:CLOSE])
        over = [m.turned_faces(a, b) for a, b in zip(people.neutral, heads, strict=True)]
        return ({} if truth is None else self._distances(truth, heads)) | {
            "exemplar_percent": exemplar_distance(m, exemplar, own),
            "diversity": m.diversity(people.neutral, heads),
            "found": m.found_again(people.neutral, heads),
            "normal_gain": m.normal_gain(pair, people.neutral, heads),
            "curvature_gain": m.curvature_gain(pair, people.neutral, heads),
            "judged_gain": self._judged(exemplar, heads[:CLOSE]),
            "expression_direction": direction,
            "expression_size": size,
            "expression_least": least,
            "turned": float(np.mean(np.maximum(np.array(over) - m.turned_faces(*pair), 0))),
            "new_cuts": float(np.mean([m.intersections(x) for x in heads[:CLOSE]])) - self.cuts_before,
            "blink_pixels": float(self._blink_pixels(heads).max()),
            "lip_gap_mm": float(m.lip_gaps(heads).max()),
        }

    def _judged(self, exemplar: Exemplar, heads: Floats) -> float:
        """Cosine between what the style does to embeddings of the exemplar and of people; mean over views."""
        with torch.no_grad():
            rows = [exemplar.identity[None], exemplar.styled[None], self.people.neutral[: len(heads)], heads]
            source, target, before, after = (self.judge(torch.from_numpy(x.astype(np.float32)), 0) for x in rows)
            return float(torch.cosine_similarity(after - before, target - source, dim=-1).mean())

    def _blink_pixels(self, heads: Floats) -> Floats:
        """``(N,)`` pixels of eyeballs that are seen at a full blink."""
        blink = np.zeros((len(heads), len(ARKIT)))
        blink[:, [ARKIT.index("eyeBlinkLeft"), ARKIT.index("eyeBlinkRight")]] = 1.0
        return self.contacts(np.asarray(self.stylist.head.posed(heads, blink)), EYES)[0]


def unseen_people(bench: StyleBench, count: int, seed: int) -> Unseen:
    """Half adults, half of the wide population, and a face that each of them makes."""
    head, net = bench.stylist.head, assets.surface_net()
    drawn = [head.sample(count - count // 2, "adult", seed), head.sample(count // 2, "wide", seed + 1)]
    neutral = np.asarray(head.neutral(np.concatenate(drawn)), np.float64)
    expression = sparse_expressions(4 * count, seed).numpy().astype(np.float64)
    return Unseen(neutral, ShapeSolver(head, net)(neutral), expression[expression.any(1)][:count])


def _peak_mb() -> float:
    """Most memory that this process has held so far; not known on Windows."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
