"""Whatever is done to a file, its reader gives a value or refuses it in two lines. ``make fuzz`` goes on from here."""

from __future__ import annotations

import json

import pytest

from .campaign import sound
from .past import past
from .readers import READERS
from .test_fuzzer import fuzz
from .verdict import NAMES, READ

pytestmark = pytest.mark.slow

RUNS = 40  # of each reader; the same for everybody


@pytest.fixture(scope="module")
def tried(tmp_path_factory) -> dict:
    """The first runs of every reader, and what was found before once more."""
    done = fuzz(tmp_path_factory.mktemp("findings"), RUNS, module="fuzz.past")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(tried, name):
    row = tried["readers"][name]
    found = [f for f in tried["findings"] if f["reader"] == name]
    assert not found, f"{found[0]['seed']}: {found[0]['what']}\n{found[0]['trace']}"
    assert row["runs"] == RUNS
    assert row["read"] + row["refused"] == RUNS


@pytest.mark.parametrize("name", READERS)
def test_sound_files_are_read(name):
    """Otherwise nothing but the first check of a reader would ever be tried."""
    ends = sound(READERS[name])
    read = [verdict == READ for verdict, _, _ in ends]
    assert sum(read) > 0.5 * len(read), [NAMES[verdict] for verdict, _, _ in ends]


@pytest.mark.parametrize(("name", "what"), [(name, what) for name, made in past().items() for what in made])
def test_what_was_found_once_stays_mended(tried, name, what):
    place = list(past()[name]).index(what)
    found = [finding for finding in tried["again"] if (finding["reader"], finding["seed"]) == (name, place)]
    assert not found, f"{found[0]['kind']}: {found[0]['what']}\n{found[0]['trace']}"
