"""Rigs that come with lego."""

from __future__ import annotations

from lego_cli.api import Register, hookimpl

MAPS = {
    "audio2face": "Audio2Face's own 46 poses (its exports with ARKit names are of rig arkit)",
    "ict": "ICT-FaceKit's names: _L and _R, inner brows and cheeks by sides, no tongueOut",
    "livelink": "the ARKit shapes as Live Link Face spells them",
    "mediapipe": "MediaPipe Face Landmarker: _neutral and 51 ARKit shapes, no tongueOut",
    "meta": "Meta Quest face tracking: 63 expressions, and 7 of the tongue",
    "vrm": "the 18 expression presets of VRM 1.0 as muscle mixes",
}


@hookimpl
def register_rigs(register: Register) -> None:
    """The ARKit controls as they are, the basic emotions, and the names that others use."""
    register("arkit", "lego_rigs.arkit:ArkitRig", "the 52 ARKit blend shapes, one control each")
    register("emotions", "lego_rigs.emotions:EmotionRig", "happy, sad, angry, surprised, disgusted, afraid")
    for name, summary in MAPS.items():
        register(name, f"lego_rigs.maps:{name}", summary)


@hookimpl
def register_rig_importers(register: Register) -> None:
    """Models that users have a copy of, and that we may not pass on."""
    register("flame", "lego_rigs.flame:FlameImporter", "FLAME: generic_model.pkl, flame2023.pkl, or .npz")
    register("ict", "lego_rigs.ict_shapes:IctImporter", "ICT-FaceKit: the folder FaceXModel, for rig ict_shapes")
