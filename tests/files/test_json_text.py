"""JSON is refused before it fills the memory, and the guess of what it takes is never far too small."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from lego_cli.files import json_text
from lego_cli.files.json_text import memory_of, parsed_json

MANY = 20_000
SHAPES = {
    "empty lists": "[" + "[]," * MANY + "0]",
    "lists in lists": "[" + "[[]]," * MANY + "0]",
    "tables": "[" + '{"a":{}},' * MANY + "0]",
    "numbers": "[" + "0.5," * MANY + "0]",
    "texts": "[" + '"ab",' * MANY + "0]",
    "names": "{" + ",".join(f'"{k}":0.5' for k in range(MANY)) + "}",
    "categories": "[" + '{"categoryName":"browDown","score":0.123,"index":3000},' * MANY + "0]",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_guess_of_the_memory_is_not_too_small(shape):
    tracemalloc.start()
    value = json.loads(SHAPES[shape])
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert value
    assert 0.9 * held < memory_of(SHAPES[shape]) < 5 * held


def test_what_would_fill_the_memory_is_refused_before_it_does(monkeypatch):
    monkeypatch.setattr(json_text, "MOST_MEMORY", 100_000)
    assert parsed_json("[[], 1]") == [[], 1]
    with pytest.raises(ValueError, match="too many values"):
        parsed_json(SHAPES["empty lists"])


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 3000 + "]" * 3000, '{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_a_mistake_of_the_file(text):
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed_json(text)


def test_mistakes_keep_their_place():
    with pytest.raises(json.JSONDecodeError) as caught:
        parsed_json("[1,\n 2,, 3]")
    assert caught.value.lineno == 2
