"""Names: who wins one, what a wrong one leads to, and that nothing is made before it is asked for."""

from __future__ import annotations

import pytest

from lego_cli.errors import ExitCode, LegoError
from lego_cli.needs import remedy
from lego_cli.registry import Entry, Owner, Registry, singular

OURS = Owner("rigs", "lego", "1", built_in=True)
ANNA, BERT = Owner("a", "anna-rigs", "1"), Owner("b", "bert-rigs", "2")


def registry(*entries: Entry) -> Registry:
    names = Registry()
    for entry in entries:
        names.add(entry)
    return names


def rig(name: str, owner: Owner, made: object = None, **more: object) -> Entry:
    return Entry("rigs", name, lambda: made or owner.distribution, owner, **more)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_built_in_keeps_its_bare_name_whatever_is_installed_first(order):
    both = (rig("arkit", OURS), rig("arkit", ANNA))
    names = registry(*(both[i] for i in order))
    assert names.get("rigs", "arkit") == "lego"
    assert names.get("rigs", "anna-rigs:arkit") == "anna-rigs"
    assert names.get("rigs", "lego:arkit") == "lego"
    assert names.names("rigs") == ["arkit", "anna-rigs:arkit"]


def test_a_name_of_two_third_parties_is_an_error_that_prints_both():
    names = registry(rig("mouth", BERT), rig("mouth", ANNA))
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "mouth")
    assert "anna-rigs" in caught.value.message
    assert "bert-rigs" in caught.value.message
    assert "anna-rigs:mouth or bert-rigs:mouth" in caught.value.hint
    assert names.get("rigs", "bert-rigs:mouth") == "bert-rigs"


def test_a_lone_third_party_owns_its_bare_name():
    names = registry(rig("mouth", ANNA))
    assert names.get("rigs", "mouth") == "anna-rigs"
    assert names.names("rigs") == ["mouth"]


def test_an_unknown_name_gives_the_nearest_and_never_a_default():
    names = registry(rig("arkit", OURS), rig("emotions", OURS))
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "Emotion")
    assert caught.value.code == ExitCode.USAGE
    assert "'emotions'" in caught.value.hint
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "zzz")
    assert "arkit, emotions" in caught.value.hint


def test_an_unknown_name_mentions_plugins_that_failed():
    names = registry(rig("arkit", OURS))
    names.failed.append("anna-rigs:a")
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "mouth")
    assert "anna-rigs:a" in caught.value.hint


def test_a_thing_is_made_once_and_only_when_asked_for():
    calls = []
    names = registry(Entry("rigs", "slow", lambda: calls.append(1) or object(), ANNA))
    names.entries()
    names.names("rigs")
    assert calls == []
    assert names.get("rigs", "slow") is names.get("rigs", "anna-rigs:slow")
    assert calls == [1]


def test_a_factory_may_be_named_by_text():
    names = registry(Entry("rigs", "counter", "collections:Counter", ANNA))
    assert names.get("rigs", "counter") == {}


@pytest.mark.parametrize("factory", ["no_such_module:x", "collections:NoSuchThing", lambda: 1 / 0])
def test_a_factory_that_fails_names_its_distribution(factory):
    names = registry(Entry("rigs", "bad", factory, ANNA))
    with pytest.raises(LegoError, match="anna-rigs") as caught:
        names.get("rigs", "bad")
    assert caught.value.code == ExitCode.MISSING


def test_missing_needs_stop_before_the_factory_with_exit_code_3():
    names = registry(rig("deep", ANNA, needs=("module:no_such_module", "module:json")))
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "deep")
    assert caught.value.code == ExitCode.MISSING
    assert caught.value.message == "rig 'deep' needs no_such_module"
    assert caught.value.hint == remedy("module:no_such_module")


def test_a_module_of_an_extra_is_installed_by_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "open_clip", None)
    with pytest.raises(LegoError) as caught:
        registry(rig("clip", ANNA, needs=("module:open_clip",))).get("rigs", "clip")
    assert caught.value.hint == remedy("module:open_clip")


def test_a_known_thing_that_is_not_shipped_works_once_the_user_brings_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGO_HOME", str(tmp_path))
    names = registry(rig("FLAME", ANNA, needs=("file:topologies/FLAME.npz",), hint="get it from its makers"))
    with pytest.raises(LegoError) as caught:
        names.get("rigs", "FLAME")
    assert caught.value.code == ExitCode.MISSING
    assert "topologies/FLAME.npz" in caught.value.message
    assert caught.value.hint == "get it from its makers"
    (tmp_path / "topologies").mkdir()
    (tmp_path / "topologies" / "FLAME.npz").touch()
    assert names.get("rigs", "FLAME") == "anna-rigs"


@pytest.mark.parametrize(
    "entry",
    [
        rig("", ANNA),
        rig("two words", ANNA),
        rig("lego:arkit", ANNA),
        Entry("rigs", "x", "no_colon", ANNA),
        Entry("rigs", "x", 3, ANNA),
        rig("x", ANNA, needs=("moduel:torch",)),
    ],
)
def test_what_could_never_be_reached_or_made_is_refused_at_once(entry):
    with pytest.raises(ValueError, match=r"\w"):
        Registry().add(entry)


def test_one_distribution_cannot_use_a_name_twice():
    with pytest.raises(ValueError, match="twice"):
        registry(rig("mouth", ANNA), rig("mouth", ANNA))


def test_kinds_read_well_in_messages():
    kinds = ("rigs", "style_losses", "topologies", "head_models", "styles")
    assert [singular(kind) for kind in kinds] == ["rig", "style loss", "topology", "head model", "style"]
