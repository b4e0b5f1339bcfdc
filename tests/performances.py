"""Made-up performances that move as people do: speech, blinks, smiles, brows, saccades and a head that sways."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lego_cli.api import ARKIT

EYE = ("EyeBlink", "EyeLookDown", "EyeLookIn", "EyeLookOut", "EyeLookUp", "EyeSquint", "EyeWide")
LIVE_LINK = (  # in the order in which the app writes them
    *(f"{name}{side}" for side in ("Left", "Right") for name in EYE),
    *"""JawForward JawRight JawLeft JawOpen MouthClose MouthFunnel MouthPucker MouthRight MouthLeft MouthSmileLeft
    MouthSmileRight MouthFrownLeft MouthFrownRight MouthDimpleLeft MouthDimpleRight MouthStretchLeft
    MouthStretchRight MouthRollLower MouthRollUpper MouthShrugLower MouthShrugUpper MouthPressLeft MouthPressRight
    MouthLowerDownLeft MouthLowerDownRight MouthUpperUpLeft MouthUpperUpRight BrowDownLeft BrowDownRight BrowInnerUp
    BrowOuterUpLeft BrowOuterUpRight CheekPuff CheekSquintLeft CheekSquintRight NoseSneerLeft NoseSneerRight
    TongueOut""".split(),
)
EYE_TURNS = tuple(f"{side}Eye{axis}" for side in ("Left", "Right") for axis in ("Yaw", "Pitch", "Roll"))
TURNS = ("HeadYaw", "HeadPitch", "HeadRoll", *EYE_TURNS)

VISEMES = {  # what the mouth does for a sound; both sides alike
    "aa": {"jawOpen": 0.48, "mouthLowerDown": 0.22, "mouthUpperUp": 0.12},
    "eh": {"jawOpen": 0.28, "mouthStretch": 0.18, "mouthLowerDown": 0.24, "mouthUpperUp": 0.16, "mouthSmile": 0.08},
    "ee": {"jawOpen": 0.12, "mouthStretch": 0.26, "mouthSmile": 0.18, "mouthLowerDown": 0.22, "mouthUpperUp": 0.16},
    "oh": {"jawOpen": 0.32, "mouthFunnel": 0.46, "mouthPucker": 0.14},
    "oo": {"jawOpen": 0.14, "mouthPucker": 0.58, "mouthFunnel": 0.32},
    "mm": {"jawOpen": 0.05, "mouthClose": 0.06, "mouthPress": 0.34, "mouthRollLower": 0.22, "mouthRollUpper": 0.14},
    "ff": {"jawOpen": 0.10, "mouthRollLower": 0.34, "mouthUpperUp": 0.20, "mouthShrugUpper": 0.12},
    "ss": {"jawOpen": 0.07, "mouthStretch": 0.16, "mouthLowerDown": 0.26, "mouthUpperUp": 0.12},
}
REST = {"mouthFrown": 0.04, "mouthPress": 0.05, "browDown": 0.05, "eyeSquint": 0.06, "mouthShrugLower": 0.08}


def performance(seconds: float = 10.0, fps: float = 60.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times ``(T,)``, ARKit values ``(T, 52)`` and head angles ``(T, 3)`` in radians: yaw left, pitch down, roll."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * fps)) / fps
    values = {name: np.zeros(len(t)) for name in ARKIT}
    accents = _speak(values, t, rng)
    _smile(values, t, rng)
    _raise_brows(values, t, accents, rng)
    head = _sway(t, accents, rng)
    _look(values, t, head, rng)
    _blink(values, t, rng)
    for name, value in REST.items():
        _add(values, name, value * (1 + 0.3 * _drift(t, rng)))
    table = np.stack([values[name] for name in ARKIT], axis=1)
    return t, np.clip(table + rng.normal(0, 0.002, table.shape) * (table > 0), 0, 1), head


def live_link_csv(path: Path, seconds: float = 10.0, fps: float = 60.0, seed: int = 0) -> Path:
    """Write a performance as the Live Link Face app does, and return ``path``."""
    times, values, head = performance(seconds, fps, seed)
    columns = {name.casefold(): values[:, k] for k, name in enumerate(ARKIT)}
    columns |= {"headyaw": head[:, 0], "headpitch": head[:, 1], "headroll": -head[:, 2]}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        columns[f"{side}eyeyaw"] = 0.5 * sign * (columns[f"eyelookout{side}"] - columns[f"eyelookin{side}"])
        columns[f"{side}eyepitch"] = 0.5 * (columns[f"eyelookdown{side}"] - columns[f"eyelookup{side}"])
        columns[f"{side}eyeroll"] = np.zeros(len(times))
    names = (*LIVE_LINK, *TURNS)
    table = np.stack([columns[name.casefold()] for name in names], axis=1)
    lines = [",".join(("Timecode", "BlendShapeCount", *names))]
    for time, row in zip(times, table, strict=True):
        lines.append(f"{timecode(52331.0 + time, fps)},61," + ",".join(f"{value:.8f}" for value in row))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def timecode(seconds: float, fps: float = 60.0) -> str:
    """``HH:MM:SS:FF.fff`` of a time of day, as the app writes it: frames, and thousandths of a frame."""
    thousandths = round(seconds * fps * 1000)
    frames, rest = divmod(thousandths, 1000)
    whole, frame = divmod(frames, round(fps))
    return f"{whole // 3600 % 24:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frame:02d}.{rest:03d}"


def _add(values: dict[str, np.ndarray], name: str, amount: np.ndarray, lean: float = 0.0) -> None:
    """Add to an action or to both its sides; ``lean`` gives the left side that much more than the right."""
    if name in values:
        values[name] += amount
        return
    values[name + "Left"] += amount * (1 + lean)
    values[name + "Right"] += amount * (1 - lean)


def _ease(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * x * (10 - 15 * x + 6 * x * x)  # minimum jerk


def _bump(t: np.ndarray, start: float, rise: float, hold: float, fall: float) -> np.ndarray:
    return _ease((t - start) / rise) * (1 - _ease((t - start - rise - hold) / fall))


def _drift(t: np.ndarray, rng: np.random.Generator, low: float = 0.1, high: float = 0.6) -> np.ndarray:
    """Slow, smooth, about -1 to 1."""
    waves = [np.sin(2 * np.pi * rng.uniform(low, high) * t + rng.uniform(0, 2 * np.pi)) for _ in range(4)]
    return np.sum(waves, axis=0) / 2.2


def _speak(values: dict[str, np.ndarray], t: np.ndarray, rng: np.random.Generator) -> list[float]:
    """Phrases of syllables with pauses; returns where the stresses fall."""
    accents, sounds = [], list(VISEMES)
    now = 0.6
    while now < t[-1] - 0.8:
        end = min(now + rng.uniform(1.4, 2.8), t[-1] - 0.4)
        stress = 0
        while now < end:
            loud = rng.uniform(0.95, 1.3) if stress % 4 == 0 else rng.uniform(0.6, 0.9)
            accents += [now] if stress % 4 == 0 else []
            consonant, vowel = rng.choice(sounds[5:]), rng.choice(sounds[:5])
            for sound, at, width in ((consonant, now - 0.09, 0.042), (vowel, now, 0.062)):
                shape = np.exp(-0.5 * ((t - at) / width) ** 2)
                for name, amount in VISEMES[sound].items():
                    _add(values, name, loud * amount * shape, 0.04)
            now += rng.uniform(0.16, 0.27)
            stress += 1
        now += rng.uniform(0.45, 0.9)
    return accents


def _smile(values: dict[str, np.ndarray], t: np.ndarray, rng: np.random.Generator) -> None:
    for start in np.arange(2.6, t[-1] - 0.5, 4.4):
        smile = rng.uniform(0.5, 0.75) * _bump(t, start + rng.uniform(-0.3, 0.3), 0.4, rng.uniform(0.7, 1.2), 0.8)
        lean = rng.uniform(-0.08, 0.08)
        for name, share in {"mouthSmile": 1.0, "cheekSquint": 0.6, "eyeSquint": 0.4, "mouthDimple": 0.2}.items():
            _add(values, name, share * smile, lean)
        for name in ("mouthPucker", "mouthFunnel"):
            values[name] *= 1 - 0.7 * smile


def _raise_brows(values: dict[str, np.ndarray], t: np.ndarray, accents: list[float], rng: np.random.Generator) -> None:
    for at in accents[1::3]:
        lift = rng.uniform(0.25, 0.6) * _bump(t, at - 0.15, 0.2, rng.uniform(0.1, 0.5), 0.5)
        _add(values, "browInnerUp", lift)
        _add(values, "browOuterUp", 0.7 * lift, rng.uniform(-0.15, 0.15))
        _add(values, "eyeWide", 0.25 * lift)
    for at in accents[2::5]:
        _add(values, "browDown", rng.uniform(0.2, 0.45) * _bump(t, at, 0.25, 0.4, 0.6))


def _sway(t: np.ndarray, accents: list[float], rng: np.random.Generator) -> np.ndarray:
    head = np.stack([0.06 * _drift(t, rng), 0.035 * _drift(t, rng), 0.03 * _drift(t, rng)], axis=1)
    for at in accents:
        head[:, 1] += rng.uniform(0.04, 0.11) * _bump(t, at - 0.12, 0.14, 0.02, 0.35)  # a nod
    for k, start in enumerate(np.arange(1.5, t[-1] - 1.0, 3.7)):
        turn = rng.uniform(0.15, 0.4) * (1 if k % 2 else -1)
        move = _bump(t, start, 0.45, rng.uniform(0.5, 1.0), 0.7)
        head += np.outer(move, [turn, 0.02, 0.25 * turn])
    return head


def _look(values: dict[str, np.ndarray], t: np.ndarray, head: np.ndarray, rng: np.random.Generator) -> None:
    """Saccades between fixations, held against the turning head; the lids follow up and down."""
    yaw, pitch, now = np.zeros(len(t)), np.zeros(len(t)), 0.3
    while now < t[-1]:
        away = rng.random() < 0.3
        goal = rng.normal(0, [0.28, 0.16] if away else [0.07, 0.05])
        step = _ease((t - now) / 0.05)
        yaw, pitch = (1 - step) * yaw + step * goal[0], (1 - step) * pitch + step * goal[1]
        now += rng.uniform(0.35, 0.8) if away else rng.uniform(0.5, 1.6)
    yaw, pitch = yaw - 0.8 * head[:, 0], pitch - 0.8 * head[:, 1]  # to the left, down
    for side, outward in (("Left", yaw), ("Right", -yaw)):
        values[f"eyeLookOut{side}"] += np.clip(outward, 0, 1)
        values[f"eyeLookIn{side}"] += np.clip(-outward, 0, 1)
        values[f"eyeLookDown{side}"] += np.clip(pitch + 0.05, 0, 1)
        values[f"eyeLookUp{side}"] += np.clip(-pitch - 0.05, 0, 1)
        values[f"eyeBlink{side}"] += 0.4 * np.clip(pitch + 0.05, 0, 1)
        values[f"eyeWide{side}"] += 0.3 * np.clip(-pitch - 0.05, 0, 1)


def _blink(values: dict[str, np.ndarray], t: np.ndarray, rng: np.random.Generator) -> None:
    """Fast to close, slower to open, every two to four seconds."""
    now = rng.uniform(0.8, 1.6)
    while now < t[-1] - 0.3:
        shut = _bump(t, now, rng.uniform(0.07, 0.1), rng.uniform(0.02, 0.05), rng.uniform(0.16, 0.24))
        for side in ("Left", "Right"):
            depth = rng.uniform(0.86, 0.98)
            values[f"eyeBlink{side}"] += (depth - values[f"eyeBlink{side}"]) * shut
            values[f"eyeWide{side}"] *= 1 - shut
            values[f"eyeSquint{side}"] += 0.12 * shut
        now += 0.42 if rng.random() < 0.12 else rng.uniform(2.0, 4.0)
