"""DT from one exemplar pair: the shape code of the identity, and the displacement field of the style."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lego_cli.api import Report, silent
from lego_cli.core.avatar import Stylist, rest_displacement
from lego_cli.core.basis_targets import vertex_weights
from lego_cli.core.delta_field import fit_delta_field
from lego_cli.core.style_file import Style
from lego_cli.core.template_points import SurfaceSampler
from lego_cli.core.training_options import DeltaOptions

if TYPE_CHECKING:
    from lego_cli.api import Floats


def learn_style(
    stylist: Stylist, name: str, shape: Floats, identity: Floats, styled: Floats, *,
    licence: str, summary: str, options: DeltaOptions | None = None, report: Report = silent,
) -> Style:  # fmt: skip
    """Learn a style from an identity and its styled head, both ``(V, 3)`` in the head model's vertex order.

    Delta transfer in local frames: the displacement is brought into the mean head's frames and kept as a small
    field over template points, so that it applies to any head on any topology.
    """
    o = options or DeltaOptions()
    places = SurfaceSampler(stylist.head).with_vertices(o.samples, o.seed)
    delta = torch.from_numpy(rest_displacement(stylist, identity, styled).astype(np.float32))
    weight = places.carry(vertex_weights(stylist.head))
    field_ = fit_delta_field(places.carry(stylist.points), places.carry(delta), weight, o, report)
    provenance: dict[str, str | float] = {"method": "delta transfer in local frames", "seed": o.seed}
    return Style(name, licence, summary, torch.from_numpy(shape.astype(np.float32)), field_, provenance)
