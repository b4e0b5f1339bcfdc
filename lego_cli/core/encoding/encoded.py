"""What an encoder gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lego_cli.core.encoding.registration import Registered
    from lego_cli.core.geometry.similarity import Similarity
    from lego_cli.core.stylist import Code


@dataclass(frozen=True)
class Encoded:
    """A head as a code, where it stands in its file, how its surface corresponds, and how well all that went."""

    code: Code
    transform: Similarity  # canonical frame to the input's
    registered: Registered  # the head model's skin laid onto the input
    residual_mm: dict[str, float]  # code alone to surface, face front, on a head of 230 mm: "mean", "p95"
    landmark_mm: float  # mean distance of the profile landmarks that were found, on a head of 230 mm; NaN for none
    covered: float  # share of the face front that has a surface to lie on
    relief: float  # how well the face's relief agrees, -1..1: what tells a head from a blob
    seconds: float
    unit: str  # what the input's unit seems to be: m, cm, mm, in or unknown
    up: str  # the input's axis that points most nearly up, such as "+z"
    parts: int  # connected parts of the file
    parts_left_out: int  # of these, inner ones and trifles: eyeballs, teeth, lashes
