"""Basic emotions as mixes of ARKit actions, after the prototypes of the Facial Action Coding System.

Ekman, Friesen and Hager, *Facial Action Coding System*, investigator's guide (2002), gives the action units (AU).
Each action has an amount at full intensity and an onset: 1 grows with the intensity, more comes late.
"""

from __future__ import annotations

from collections.abc import Mapping

from lego_rigs.control import checked

Mix = Mapping[str, tuple[float, float]]  # action, or its left/right pair without the side -> (amount, onset)

HAPPY: Mix = {  # AU 6 + 12 + 25: the eyes take part, or the smile is a social one; teeth show when it is broad
    "mouthSmile": (0.90, 1.0),
    "cheekSquint": (0.55, 1.4),
    "eyeSquint": (0.22, 1.6),
    "mouthUpperUp": (0.35, 1.6),
    "mouthLowerDown": (0.18, 2.0),
    "jawOpen": (0.12, 2.0),
    "browOuterUp": (0.10, 1.5),
}
SAD: Mix = {  # AU 1 + 4 + 15 + 17, lids and gaze sinking
    "browInnerUp": (1.00, 1.0),
    "browDown": (0.10, 1.0),
    "mouthFrown": (0.75, 1.0),
    "mouthShrugLower": (0.35, 1.3),
    "mouthPress": (0.10, 1.5),
    "eyeBlink": (0.14, 1.0),
    "eyeLookDown": (0.22, 1.0),
    "cheekSquint": (0.10, 1.5),
}
ANGRY: Mix = {  # AU 4 + 5 + 7 + 10 + 24: brows down over wide, tense eyes, lips pressed
    "browDown": (1.00, 1.0),
    "eyeSquint": (0.40, 1.0),
    "eyeWide": (0.35, 1.0),
    "noseSneer": (0.50, 1.4),
    "mouthPress": (0.40, 1.0),
    "mouthFrown": (0.45, 1.0),
    "mouthShrugLower": (0.20, 1.3),
    "jawForward": (0.20, 1.5),
}
SURPRISED: Mix = {  # AU 1 + 2 + 5 + 26: brows first, then the jaw drops
    "browInnerUp": (0.85, 1.0),
    "browOuterUp": (0.90, 1.0),
    "eyeWide": (0.80, 1.0),
    "jawOpen": (0.42, 1.6),
    "mouthFunnel": (0.16, 1.6),
}
DISGUSTED: Mix = {  # AU 9 + 10 + 15 + 16 + 17: the nose wrinkles and lifts the upper lip, brows and cheeks close in
    "noseSneer": (1.00, 1.0),
    "mouthUpperUp": (0.50, 1.0),
    "browDown": (0.45, 1.0),
    "cheekSquint": (0.45, 1.2),
    "eyeSquint": (0.40, 1.2),
    "mouthFrown": (0.40, 1.2),
    "mouthShrugLower": (0.30, 1.4),
    "mouthLowerDown": (0.10, 1.6),
}
AFRAID: Mix = {  # AU 1 + 2 + 4 + 5 + 7 + 20 + 26: brows up and drawn together, whites above the iris, mouth pulled wide
    "browInnerUp": (0.95, 1.0),
    "browOuterUp": (0.40, 1.0),
    "browDown": (0.25, 1.0),
    "eyeWide": (0.75, 1.0),
    "eyeSquint": (0.15, 1.4),
    "mouthStretch": (0.70, 1.2),
    "mouthFrown": (0.15, 1.2),
    "mouthLowerDown": (0.25, 1.5),
    "jawOpen": (0.20, 1.6),
}
EMOTIONS: Mapping[str, Mix] = {
    "happy": HAPPY,
    "sad": SAD,
    "angry": ANGRY,
    "surprised": SURPRISED,
    "disgusted": DISGUSTED,
    "afraid": AFRAID,
    "neutral": {},
}

UNPAIRED = frozenset({"browInnerUp", "jawOpen", "jawForward", "mouthFunnel", "mouthShrugLower"})


class EmotionRig:
    """Emotions with an intensity from 0 to 1; several add up, and ``neutral`` takes its share from all others."""

    name = "emotions"
    controls: tuple[str, ...] = tuple(EMOTIONS)

    def expression(self, values: Mapping[str, float]) -> dict[str, float]:
        """Emotions to ARKit action values, none above 1. Raises ``LegoError`` on bad names or values."""
        intensities = checked(self, values)
        share = 1.0 - intensities.pop("neutral", 0.0)
        total: dict[str, float] = {}
        for emotion, intensity in intensities.items():
            for action, (amount, onset) in EMOTIONS[emotion].items():
                for side in ("",) if action in UNPAIRED else ("Left", "Right"):
                    value = amount * (share * intensity) ** onset
                    total[action + side] = min(1.0, total.get(action + side, 0.0) + value)
        return {name: value for name, value in total.items() if value}
