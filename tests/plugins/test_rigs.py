"""Rigs: controls that make believable expressions, and refuse what makes no sense."""

from __future__ import annotations

import itertools
import math

import pytest

from lego_cli.api import ARKIT, LegoError
from lego_rigs.arkit import ArkitRig
from lego_rigs.emotions import EMOTIONS, UNPAIRED, EmotionRig

FELT = tuple(name for name in EMOTIONS if name != "neutral")


def test_arkit_controls_are_the_actions_themselves():
    assert ArkitRig().controls == ARKIT
    assert ArkitRig().expression({"jawOpen": 0.3, "mouthPucker": 0.0}) == {"jawOpen": 0.3}


@pytest.mark.parametrize("rig", [ArkitRig(), EmotionRig()], ids=lambda rig: rig.name)
@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_values_outside_0_to_1_are_refused(rig, value):
    with pytest.raises(LegoError, match=r"outside 0\.\.1"):
        rig.expression({rig.controls[0]: value})


def test_a_misspelt_control_is_refused_with_the_right_one():
    with pytest.raises(LegoError) as caught:
        ArkitRig().expression({"jawopen": 1.0})
    assert "jawOpen" in caught.value.hint


@pytest.mark.parametrize("emotion", FELT)
@pytest.mark.parametrize("intensity", [0.1, 0.5, 1.0])
def test_an_emotion_is_symmetric_known_and_within_range(emotion, intensity):
    actions = EmotionRig().expression({emotion: intensity})
    assert set(actions) <= set(ARKIT)
    assert all(0 < value <= 1 for value in actions.values())
    for name, value in actions.items():
        if name.endswith("Left"):
            assert actions[name.removesuffix("Left") + "Right"] == value


@pytest.mark.parametrize("emotion", FELT)
def test_more_of_an_emotion_is_more_of_every_action(emotion):
    steps = [EmotionRig().expression({emotion: intensity}) for intensity in (0.25, 0.5, 0.75, 1.0)]
    for weaker, stronger in itertools.pairwise(steps):
        assert all(stronger[action] > value for action, value in weaker.items())


def test_a_smile_reaches_the_eyes():
    happy = EmotionRig().expression({"happy": 1.0})
    assert happy["mouthSmileLeft"] > 0.5
    assert happy["cheekSquintLeft"] > 0.3


def test_emotions_differ_where_people_look():
    full = {emotion: EmotionRig().expression({emotion: 1.0}) for emotion in FELT}
    for action, emotion in {
        "mouthSmileLeft": "happy",
        "mouthFrownLeft": "sad",
        "browDownLeft": "angry",
        "jawOpen": "surprised",
        "noseSneerLeft": "disgusted",
        "mouthStretchLeft": "afraid",
    }.items():
        assert max(full, key=lambda name: full[name].get(action, 0.0)) == emotion, action


def test_neutral_takes_its_share_from_the_others():
    rig = EmotionRig()
    assert rig.expression({"neutral": 1.0}) == {}
    assert rig.expression({"happy": 1.0, "neutral": 1.0}) == {}
    assert rig.expression({"happy": 1.0, "neutral": 0.5}) == rig.expression({"happy": 0.5})


def test_mixed_emotions_add_up_and_never_pass_1():
    mixed = EmotionRig().expression({"sad": 1.0, "surprised": 1.0})
    assert mixed["browInnerUp"] == 1.0
    assert mixed["mouthFrownLeft"] == EmotionRig().expression({"sad": 1.0})["mouthFrownLeft"]


def test_every_mix_names_real_actions():
    for mix in EMOTIONS.values():
        for action in mix:
            assert action in ARKIT if action in UNPAIRED else {f"{action}Left", f"{action}Right"} <= set(ARKIT)
