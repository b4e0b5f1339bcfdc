"""One kill by each signal; ``python tests/kills/kill_runs.py`` does it twenty times to four commands."""

from __future__ import annotations

from collections import Counter

import kill_runs
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(kill_runs.signal, "SIGKILL"), reason="no such signals")]


def test_stylize_is_killed_and_nothing_is_torn_wrong_or_left(tmp_path):
    ended = Counter(kill for kill, _ in kill_runs.kills("stylize", tmp_path, times=1, seed=1))
    assert ended == {"KILL": 1, "TERM": 1, "INT": 1}


@pytest.mark.parametrize("damage", ["torn", "another's record", "litter"])
def test_the_check_itself_sees_what_is_wrong(tmp_path, damage):
    case = kill_runs.CASES["stylize"]
    (tmp_path / "out.obj").write_text("v 0 0 0\n" + "f 1 1 1\n" * 2000)
    kill_runs.look(case, tmp_path)
    if damage == "torn":
        (tmp_path / "out.obj").write_text("v 0 0 0\n" + "f 1 1 1\n" * 2000 + "f 1 1")
    elif damage == "another's record":
        (tmp_path / "out.obj.run.json").write_text('{"results": [{"path": "out.obj", "sha256": "0"}]}')
    else:
        (tmp_path / ".lego-x.tmp").mkdir()
        assert kill_runs.litter(case, tmp_path, set()) == {".lego-x.tmp"}
        return
    with pytest.raises(AssertionError):
        kill_runs.look(case, tmp_path)
