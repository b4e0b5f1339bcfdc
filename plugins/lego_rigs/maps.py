"""The name maps of this package, one function each."""

from __future__ import annotations

from functools import partial

from lego_rigs.named import read_map

audio2face = partial(read_map, "audio2face")
ict = partial(read_map, "ict")
livelink = partial(read_map, "livelink")
mediapipe = partial(read_map, "mediapipe")
meta = partial(read_map, "meta")
vrm = partial(read_map, "vrm")
