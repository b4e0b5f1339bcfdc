"""Name maps: every name of a system is there, means what it says, and is found however it is spelt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lego_cli.api import ARKIT, LegoError, LinearRig, control_key, match_controls
from lego_rigs.emotions import EmotionRig
from lego_rigs.hooks import MAPS
from lego_rigs.named import FOLDER, NamedRig, read_map

SIZES = {"audio2face": 46, "ict": 57, "livelink": 52, "mediapipe": 52, "meta": 70, "vrm": 18}
ABSENT = {  # actions that a system has no control for
    "audio2face": {"tongueOut"},
    "ict": {"tongueOut"},
    "livelink": set(),
    "mediapipe": {"tongueOut"},
    "meta": set(),
    "vrm": None,
}


@pytest.fixture(params=MAPS)
def rig(request) -> NamedRig:
    return read_map(request.param)


def test_every_map_file_is_offered():
    assert {file.stem for file in FOLDER.glob("*.toml")} == set(MAPS) == set(SIZES)


def test_a_map_has_all_names_of_its_system_and_says_where_they_are_from(rig):
    assert isinstance(rig, LinearRig)
    assert len(rig.controls) == SIZES[rig.name] == len(rig.matrix)
    assert rig.source
    absent = ABSENT[rig.name]
    if absent is not None:
        assert {action for action, used in zip(ARKIT, rig.matrix.any(0), strict=True) if not used} == absent


def test_all_controls_of_a_side_together_are_the_whole_action(rig):
    """Splitting cheekPuff or browInnerUp must not lose or add any of it."""
    if rig.name in ("vrm", "audio2face"):
        return
    split = rig.matrix[:, [ARKIT.index(a) for a in ("cheekPuff", "browInnerUp", "mouthFunnel", "mouthPucker")]]
    np.testing.assert_allclose(split.sum(0), 1.0)


def test_left_is_left(rig):
    swap = [ARKIT.index(_mirrored(action)) for action in ARKIT]
    names = {control_key(control): k for k, control in enumerate(rig.controls)}
    for key, k in names.items():
        other = names.get(key[:-1] + {"l": "r", "r": "l"}.get(key[-1], "?"))
        if other is not None and "look" not in key:
            np.testing.assert_array_equal(rig.matrix[other], rig.matrix[k][swap], err_msg=rig.controls[k])


def _mirrored(action: str) -> str:
    if action.endswith("Left"):
        return action.removesuffix("Left") + "Right"
    return action.removesuffix("Right") + "Left" if action.endswith("Right") else action


@pytest.mark.parametrize(
    ("rig", "control"), [("meta", "EyesLookLeft"), ("vrm", "lookLeft"), ("audio2face", "eyesLookLeft")]
)
def test_looking_left_turns_both_eyes_to_the_subjects_left(rig, control):
    rig = read_map(rig)
    total = sum(rig.matrix[k] for k, name in enumerate(rig.controls) if name.startswith(control))
    assert {ARKIT[k] for k in np.flatnonzero(total)} == {"eyeLookOutLeft", "eyeLookInRight"}


def test_the_matrix_says_what_the_expression_says(rig):
    for k, control in enumerate(rig.controls):
        code = rig.expression({control: 0.4})
        np.testing.assert_allclose([code.get(action, 0.0) for action in ARKIT], 0.4 * rig.matrix[k])
    assert rig.expression({}) == {}
    assert max(rig.expression(dict.fromkeys(rig.controls, 1.0)).values()) == 1.0


def test_no_two_controls_of_a_map_share_a_spelling(rig):
    assert len({control_key(control) for control in rig.controls}) == len(rig.controls)


def test_presets_and_emotions_of_one_name_look_alike():
    presets, emotions = read_map("vrm"), EmotionRig()
    for name in ("happy", "angry", "sad", "surprised", "neutral"):
        assert presets.expression({name: 1.0}) == pytest.approx(emotions.expression({name: 1.0}))


def test_a_map_with_an_action_that_is_none_is_refused():
    with pytest.raises(LegoError, match="mouthSmyle"):
        NamedRig("x", {"grin": {"mouthSmyle": 1.0}})


SPELLINGS = (
    str.upper,
    str.lower,
    lambda name: name.replace("Left", "_L").replace("Right", "_R"),
    lambda name: name.replace("Left", ".L").replace("Right", ".R"),
    lambda name: "blendShape1." + name,
    lambda name: "".join("_" + letter.lower() if letter.isupper() else letter for letter in name),
    lambda name: f" {name} ",
)


@given(st.permutations(ARKIT), st.sampled_from(SPELLINGS))
def test_any_order_and_spelling_finds_the_control(order, spell):
    found = match_controls([spell(name) for name in order], ARKIT)
    assert found.controls == tuple(order)
    assert found.columns == tuple(range(52))
    assert found.unknown == ()


def test_what_is_no_control_is_told_and_two_of_one_kind_refused():
    found = match_controls(["Timecode", "JawOpen", "wobble"], ARKIT)
    assert (found.columns, found.controls, found.unknown) == ((1,), ("jawOpen",), ("Timecode", "wobble"))
    with pytest.raises(LegoError, match="jaw_open"):
        match_controls(["JawOpen", "jaw_open"], ARKIT)


def test_sides_that_are_the_whole_name_stay():
    assert control_key("left") != control_key("l")
    assert control_key("mouthLeft") == control_key("mouth_L") != control_key("mouthRight")
