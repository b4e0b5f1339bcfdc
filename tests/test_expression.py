"""``--expression NAME=VALUE`` across all rigs, ours and other people's."""

from __future__ import annotations

import pytest

from lego_cli.api import ARKIT
from lego_cli.errors import LegoError
from lego_cli.expression import action_values, expression_code, parse_expression
from lego_cli.plugins import load_plugins
from lego_cli.registry import Entry, Owner


class Wink:
    name = "wink"
    controls = ("wink", "jawOpen")

    def expression(self, values):
        return {"eyeBlinkLeft": values["wink"]}


@pytest.fixture
def registry():
    return load_plugins(third_party=False).registry


def test_names_of_both_rigs_go_together_and_never_pass_1(registry):
    actions = action_values(parse_expression(["happy=1", "mouthSmileLeft=0.9", "tongueOut"]), registry)
    assert actions["mouthSmileLeft"] == 1.0
    assert actions["tongueOut"] == 1.0
    assert actions["cheekSquintRight"] > 0


def test_the_code_has_the_order_of_arkit():
    code = expression_code({"jawOpen": 0.25})
    assert code.shape == (52,)
    assert code[ARKIT.index("jawOpen")] == 0.25
    assert code.sum() == 0.25


@pytest.mark.parametrize("text", ["", "=1", "happy=", "happy=much", "happy=nan"])
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(LegoError, match="no expression"):
        parse_expression([text])


def test_one_name_twice_is_refused():
    with pytest.raises(LegoError, match="twice"):
        parse_expression(["happy", "happy=0.2"])


def test_an_unknown_name_gives_the_nearest(registry):
    with pytest.raises(LegoError) as caught:
        action_values({"hapy": 1.0}, registry)
    assert "'happy'" in caught.value.hint


def test_third_party_controls_work_but_never_replace_ours(registry):
    registry.add(Entry("rigs", "wink", Wink, Owner("w", "wink-rig", "1")))
    assert action_values({"wink": 0.5, "jawOpen": 0.3}, registry) == {"eyeBlinkLeft": 0.5, "jawOpen": 0.3}
    registry.add(Entry("rigs", "wink", Wink, Owner("w", "other-rig", "1")))
    with pytest.raises(LegoError, match="wink-rig"):
        action_values({"wink": 0.5}, registry)
