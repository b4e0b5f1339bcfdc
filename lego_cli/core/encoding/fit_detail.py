"""What a code cannot hold of a surface: the distance that is left along the normals, where it can be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import diags_array, eye_array
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from lego_cli.api import Floats
    from lego_cli.core.encoding.head_fields import HeadFields
    from lego_cli.core.encoding.matching import Matcher
    from lego_cli.core.geometry.similarity import Similarity

MOST = 0.006  # metres: what is further away is something else
ALIGNED = 0.8  # least cosine between normals
SMOOTH = 0.6  # pull towards the neighbours, against 1 towards the measured distance
FADE = 0.02  # pull towards nothing, where nothing was measured
RIMS = ("eye_left", "eye_right", "lips_inner")
NEAR_RIM, PAST_RIM = 0.0025, 0.009  # metres from lids' and lips' edges: no detail, full detail


def detail_of(matcher: Matcher, fields: HeadFields, posed: Floats, neutral: Floats, placed: Similarity) -> Floats:
    """Detail ``(V, 3)`` at the head model's vertices on the neutral identity, metres.

    ``posed`` and ``neutral (S, 3)`` are the fitted skin with and without the expression.
    """
    normals = fields.normals(posed)
    _, point, direction = matcher.forth(posed, normals, placed)
    cosine = (normals * direction).sum(1)
    along = ((point - posed) * direction).sum(1) / np.maximum(cosine, ALIGNED)
    aside = np.linalg.norm(point - posed - along[:, None] * normals, axis=1)
    trust = _reliable(fields) * np.clip((cosine - ALIGNED) / 0.1, 0, 1) * np.clip(2 - np.abs(along) / (MOST / 2), 0, 1)
    trust *= np.clip(2 - aside / 0.003, 0, 1)
    offset = _smoothed(fields, np.clip(along, -MOST, MOST), trust)
    detail = np.zeros(np.asarray(fields.stylist.head.vertices).shape)
    detail[fields.stylist.skin] = offset[:, None] * fields.normals(neutral)
    return detail


def _reliable(fields: HeadFields) -> Floats:
    """(S,) 1 where the skin is plain; 0 at ears, inside nostrils, at the edges of lids and lips, at the neck's rim."""
    rims = np.concatenate([fields.landmarks[name] for name in RIMS])
    from_rim = cKDTree(fields.mean[rims]).query(fields.mean)[0]
    plain = np.interp(fields.trust, [0.1, 0.3], [0, 1])
    for _ in range(2):  # no steps at the borders
        plain = np.minimum(plain, fields.neighbours @ plain)
    return plain * np.interp(from_rim, [NEAR_RIM, PAST_RIM], [0, 1])


def _smoothed(fields: HeadFields, value: Floats, trust: Floats) -> Floats:
    """The smooth field nearest to trusted values, fading to zero away from them."""
    rough = eye_array(len(value)) - fields.neighbours
    matrix = diags_array(trust + FADE) + SMOOTH * (rough.T @ rough)
    return spsolve(matrix.tocsc(), trust * value)
