"""What is done to a performance before it plays: trimmed, calibrated, smoothed, amplified, at another frame rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lego_cli.api import ARKIT, control_key
from lego_cli.errors import ExitCode, LegoError
from lego_cli.options import number, option
from lego_cli.registry import nearest

if TYPE_CHECKING:
    from lego_cli.api import Floats, Track

PANEL = "Performance"
MOST_FPS, MOST_GAIN = 240.0, 10.0
MOST_VALUES = 20_000_000  # of a resampled track
MOST_SMOOTHED = 5_000_000  # values of the grid that is smoothed at a time: 40 MB, and as much again six times


@dataclass(frozen=True)
class TrackOptions:
    """How a performance is prepared. Raises LegoError (exit code 2) for what cannot be meant."""

    neutral: str = option(
        "", "Subtract the rest pose: its SECONDS at the start, or auto.", metavar="SECONDS|auto", panel=PANEL
    )
    smooth: float = option(0.0, "Take out jitter shorter than this many seconds; blinks stay.", panel=PANEL)
    gain: tuple[str, ...] = option(
        (), "Amplify all controls, 1.2, or one, jawOpen=1.3, or head=0.5; repeat.", metavar="[NAME=]GAIN", panel=PANEL
    )
    trim: str = option(
        "", "Keep from START to END, in seconds; either may be left out.", metavar="START:END", panel=PANEL
    )
    fps: float = option(0.0, "Frames a second; 0: as recorded.", panel=PANEL)

    def __post_init__(self) -> None:
        rest_seconds(self.neutral)
        span(self.trim)
        gains(self.gain)
        for value, most, flag in ((self.smooth, 10.0, "--smooth"), (self.fps, MOST_FPS, "--fps")):
            if not 0 <= value <= most:  # also true for NaN
                raise LegoError(
                    f"{flag} {value:g} is out of range", f"give a number from 0 to {most:g}", ExitCode.USAGE
                )


def prepared(track: Track, options: TrackOptions) -> Track:
    """The track as the options want it; values that ran from 0 to 1 still do.

    Raises LegoError (exit code 2) for a gain of a control that the track does not have, or a span without frames.
    """
    import numpy as np

    from lego_cli.core.motion.track_filter import resampled

    one_sided = bool(track.values.min(initial=0.0) >= -1e-6)
    values: Floats = np.asarray(track.values, np.float64)
    head, times = track.head, track.times
    if options.neutral:
        values, head = _from_rest(track, rest_seconds(options.neutral), one_sided)
    kept = _kept(times, options.trim)
    values, head, times = values[kept], None if head is None else head[kept], times[kept] - times[kept][0]
    values = _smoothed(values, times, options.smooth) * _gains(track, options.gain)
    if head is not None:
        head = _smoothed(head, times, options.smooth) * gains(options.gain).get("head", 1.0)
    if options.fps:
        wanted = _grid(times, options.fps, values.shape[1])
        values, head = resampled(values, times, wanted), None if head is None else resampled(head, times, wanted)
        times = wanted
    return replace(track, values=np.clip(values, 0, 1) if one_sided else values, head=head, times=times)


def rest_seconds(text: str) -> float | None:
    """``"2"`` to 2.0, ``"auto"`` and ``""`` to None. Raises LegoError for anything else."""
    if text in ("", "auto"):
        return None
    seconds = number(text)
    if not 0 < seconds <= 3600:
        raise LegoError(
            f"--neutral {text} is no time", "give the seconds of rest at the start, or auto", ExitCode.USAGE
        )
    return seconds


def span(text: str) -> tuple[float, float]:
    """``"1:2.5"`` to (1.0, 2.5); a missing side is 0 or infinity. Raises LegoError for anything else."""
    start, colon, end = text.partition(":")
    first, last = number(start or "0"), number(end or "inf")
    if text and (not colon or not 0 <= first < last):
        raise LegoError(
            f"--trim {text} is no span of time", "write START:END in seconds: 1.5:4, 2: or :3", ExitCode.USAGE
        )
    return first, last


def gains(texts: tuple[str, ...]) -> dict[str, float]:
    """``("1.2", "jawOpen=1.3")`` to gains by name, the one for all under ``""``. Raises LegoError for other forms."""
    found: dict[str, float] = {}
    for text in texts:
        name, equals, amount = (part.strip() for part in text.rpartition("="))
        gain = number(amount)
        if not 0 <= gain <= MOST_GAIN or bool(equals) != bool(name):
            hint = f"write 1.2 or NAME=1.2, from 0 to {MOST_GAIN:g}"
            raise LegoError(f"--gain {text} is no gain", hint, ExitCode.USAGE)
        found[name] = gain
    return found


def _gains(track: Track, texts: tuple[str, ...]) -> Floats:
    """``(C,)`` the gain of each control; a name without its side means both."""
    import numpy as np

    named = gains(texts)
    factor = np.full(len(track.controls), named.pop("", 1.0))
    named.pop("head", None)
    keys = [control_key(control) for control in track.controls]
    for name, gain in named.items():
        wanted = control_key(name)
        places = [k for k, key in enumerate(keys) if key == wanted] or [
            k for k, key in enumerate(keys) if key in (wanted + "l", wanted + "r")
        ]
        if not places:
            close = nearest(name, track.controls)
            hint = "did you mean " + " or ".join(close) + "?" if close else f"see `lego rigs show {track.rig}`"
            raise LegoError(f"--gain {name}: the performance has no such control", hint, ExitCode.USAGE)
        factor[places] = gain
    return factor


def _from_rest(track: Track, seconds: float | None, one_sided: bool) -> tuple[Floats, Floats | None]:
    from lego_cli.core.motion.track_filter import rest_pose, without_rest

    values = without_rest(track.values, rest_pose(track.values, track.times, seconds, one_sided), one_sided)
    if track.head is None:
        return values, None
    return values, without_rest(track.head, rest_pose(track.head, track.times, seconds, False), False)


def _smoothed(values: Floats, times: Floats, seconds: float) -> Floats:
    """The columns without jitter, a few at a time: uneven ones go through a grid that is ten times as fine."""
    import numpy as np

    from lego_cli.core.motion.track_filter import FINEST, smoothed

    columns = max(1, MOST_SMOOTHED // (FINEST * len(times)))
    if columns >= values.shape[1] or not seconds:
        return smoothed(values, times, seconds)
    starts = range(0, values.shape[1], columns)
    return np.concatenate([smoothed(values[:, k : k + columns], times, seconds) for k in starts], axis=1)


def _kept(times: Floats, trim: str) -> Any:
    """``(T,)`` whether each frame lies in the span."""
    first, last = span(trim)
    kept = (times >= first - 1e-9) & (times <= last + 1e-9)
    if not kept.any():
        raise LegoError(
            f"--trim {trim} leaves no frame", f"the performance runs from 0 to {times[-1]:.2f} s", ExitCode.USAGE
        )
    return kept


def _grid(times: Floats, fps: float, controls: int) -> Floats:
    import numpy as np

    count = float(times[-1]) * fps + 1
    if not count * max(controls, len(ARKIT)) <= MOST_VALUES:  # also for times without end
        raise LegoError(f"{count:.4g} frames are too many to hold", "choose fewer --fps, or --trim", ExitCode.USAGE)
    return np.arange(int(count + 1e-6)) / fps
