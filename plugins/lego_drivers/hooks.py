"""Drivers that come with lego."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl


@hookimpl
def register_drivers(register: Register) -> None:
    """Readers of what people record faces with, and of our own tracks."""
    register("livelink", "lego_drivers.livelink:LiveLinkDriver", "Live Link Face recordings, CSV")
    register("mediapipe", "lego_drivers.mediapipe:MediaPipeDriver", "MediaPipe Face Landmarker results, JSON or CSV")
    register("audio2face", "lego_drivers.audio2face:Audio2FaceDriver", "NVIDIA Audio2Face blend-shape exports, JSON")
    register(
        "flame", "lego_drivers.flame:FlameDriver", "FLAME codes of DECA, EMOCA, SMIRK, VHAP and others, NPZ or MAT"
    )
    register("track", "lego_drivers.lego_track:TrackDriver", "lego's own tracks, JSON (docs/tracks.md)")
