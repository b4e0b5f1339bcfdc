"""What a user of the plugin relies on."""

from __future__ import annotations

import pytest

from lego_cli.api import ARKIT, LegoError
from lego_plugin_example.visemes import VisemeRig


def test_every_sound_moves_known_actions_within_range() -> None:
    rig = VisemeRig()
    for sound in rig.controls:
        actions = rig.expression({sound: 1.0})
        assert actions
        assert set(actions) <= set(ARKIT)
        assert all(0 < value <= 1 for value in actions.values())


def test_an_unknown_sound_is_refused() -> None:
    with pytest.raises(LegoError, match="zz=1"):
        VisemeRig().expression({"zz": 1.0})
