"""Finding plugins: good, broken, misspelt and clashing ones, installed by pip as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

from lego_cli import hookspecs
from lego_cli.installed import PACKAGES
from lego_cli.plugins import HOOKS, KINDS, search_path

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def listed(lego, third_party_folder):
    done = lego("plugins", "list", "--json", path=third_party_folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


ODD_COMMAND = """
from lego_cli.api import hookimpl
@hookimpl
def commands(app):
    @app.command()
    def odd(value: int | str): ...
"""
HALF_HOOK = """
from lego_cli.api import hookimpl
@hookimpl
def register_rigs(register):
    register("first", dict)
    raise KeyError("oops")
"""


def install(folder, name, hooks):
    """A distribution of one module, as pip would leave it behind."""
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[lego]\n{name} = {name}_hooks\n")
    (folder / f"{name}_hooks.py").write_text(hooks)


def status(listed, plugin):
    return next(p["status"] for p in listed["plugins"] if p["plugin"] == plugin)


def reached(listed, kind):
    return {e["reached_as"]: e for e in listed["entries"] if e["kind"] == kind}


def test_the_example_plugin_is_there_with_all_it_offers(listed):
    assert status(listed, "example") == "ok"
    assert reached(listed, "exporters")["xyz"]["from"] == "lego-plugin-example"
    assert reached(listed, "exporters")["xyz"]["version"] == "0.1.0"


def test_a_plugin_that_cannot_be_imported_is_explained_and_stops_nobody(listed):
    assert status(listed, "broken").startswith("failed: ModuleNotFoundError")
    assert "a_module_that_nobody_has" in status(listed, "broken")
    assert reached(listed, "rigs")["arkit"]["built_in"]


def test_a_misspelt_hook_is_named_with_the_right_one_and_its_other_hooks_work(listed):
    assert status(listed, "misspelt") == "failed: there is no hook 'register_rigz', did you mean 'register_rigs'?"
    assert reached(listed, "drivers")["still_here"]["status"] == "needs takes/missing.csv"
    assert "never_seen" not in {e["name"] for e in listed["entries"]}


def test_clashing_names_are_reached_in_full(listed):
    rigs = reached(listed, "rigs")
    assert rigs["arkit"]["built_in"]
    assert rigs["lego-clash:arkit"]["summary"] == "not the built-in one"
    assert {"lego-clash:visemes", "lego-plugin-example:visemes"} <= set(rigs)
    assert "visemes" not in rigs
    assert "lego-clash:doctor" in reached(listed, "commands")


def test_the_table_for_people_says_the_same(lego, third_party_folder):
    table = lego("plugins", "list", path=third_party_folder).stdout
    assert "lego-clash:arkit" in table
    assert "did you mean 'register_rigs'?" in table
    assert "a_module_that_nobody_has" in table


def test_an_ambiguous_rig_is_an_error_that_prints_both(lego, third_party_folder):
    done = lego("rigs", "show", "visemes", path=third_party_folder)
    assert done.returncode == 2
    error, hint = done.stderr.splitlines()[-2:]
    assert error == "error: rig 'visemes' is offered by lego-clash and by lego-plugin-example"
    assert hint == "hint: write lego-clash:visemes or lego-plugin-example:visemes"


def test_a_broken_plugin_is_one_note_and_errors_mention_it(lego, third_party_folder):
    done = lego("rigs", "list", path=third_party_folder)
    assert done.returncode == 0
    assert "note: plugin 'broken' of lego-broken failed: ModuleNotFoundError" in done.stderr
    assert lego("rigs", "list", "-q", path=third_party_folder).stderr == ""
    assert "lego-broken:broken" in lego("rigs", "show", "nobody", path=third_party_folder).stderr.splitlines()[-1]


def test_a_plugin_command_runs_under_the_name_it_won(lego, third_party_folder):
    run = lambda *words: lego(*words, path=third_party_folder, LEGO_PLUGINS="lego-plugin-example")  # noqa: E731
    assert run("spell", "mama").stdout == "mm aa mm aa\n"
    frames = json.loads(run("spell", "mama", "--json").stdout)["frames"]
    assert frames[1]["actions"]["jawOpen"] > 0.3
    done = run("spell", "!!")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "hint: give a word in Latin letters"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("lego rigs show lego-clash:", {"lego-clash:arkit", "lego-clash:visemes"}),
        ("lego retarget --to lego-plugin", {"lego-plugin-example:visemes"}),
        ("lego animate --driver still", {"still_here"}),
        ("lego lego-clash", {"lego-clash:doctor", "lego-clash:spell"}),
    ],
)
def test_completion_offers_what_other_peoples_plugins_bring(lego, third_party_folder, typed, offered):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = lego(path=third_party_folder, _LEGO_COMPLETE="complete_bash", **words)
    assert set(done.stdout.split()) == offered
    assert done.stderr == ""


def test_clashing_commands_never_replace_anothers(lego, third_party_folder):
    assert "lego" in lego("doctor", path=third_party_folder).stdout
    assert "the other doctor" not in lego("doctor", path=third_party_folder).stdout
    assert lego("lego-clash:doctor", path=third_party_folder).stdout == "the other doctor\n"
    assert lego("lego-plugin-example:spell", "mama", path=third_party_folder).stdout == "mm aa mm aa\n"
    done = lego("spell", "mama", path=third_party_folder)
    assert done.returncode == 2
    assert "lego-clash:spell or lego-plugin-example:spell" in done.stderr


def test_a_command_that_typer_cannot_build_is_explained_and_stops_nobody(lego, tmp_path):
    install(tmp_path, "odd", ODD_COMMAND)
    done = lego("plugins", "list", "--json", path=tmp_path)
    assert done.returncode == 0, done.stderr
    assert status(json.loads(done.stdout), "odd").startswith("failed: commands: ")


def test_a_hook_that_fails_half_way_registers_nothing(lego, tmp_path):
    install(tmp_path, "half", HALF_HOOK)
    listed = json.loads(lego("plugins", "list", "--json", path=tmp_path).stdout)
    assert status(listed, "half") == "failed: register_rigs: KeyError: 'oops'"
    assert "first" not in reached(listed, "rigs")


def test_check_tries_again_makes_everything_and_fails_for_the_broken_ones(lego, third_party_folder, tmp_path):
    run = partial(lego, path=third_party_folder, LEGO_HOME=str(tmp_path))
    run("plugins", "list")
    for file in (tmp_path / "plugins").iterdir():
        file.write_text(json.dumps({"why": "stale", "trace": "", "files": {}}))
    assert status(json.loads(run("plugins", "list", "--json").stdout), "example").startswith("failed: stale")
    done = run("plugins", "check", "--json")
    assert done.returncode == 3
    problems = json.loads(done.stdout)["problems"]
    third_party = {name for name in problems if "lego:" not in name}
    assert third_party == {"lego-broken:broken", "lego-misspelt:misspelt"}


def test_third_parties_can_be_left_out(lego, third_party_folder):
    done = lego("plugins", "list", "--no-plugins", "--json", path=third_party_folder)
    listed = json.loads(done.stdout)
    assert {e["from"] for e in listed["entries"]} == {"lego"}
    assert status(listed, "example") == "off: --no-plugins"


def test_an_allow_list_names_distributions_or_plugins(lego, third_party_folder):
    done = lego("plugins", "list", "--json", path=third_party_folder, LEGO_PLUGINS="Lego.Plugin_Example, misspelt")
    listed = json.loads(done.stdout)
    assert status(listed, "example") == "ok"
    assert status(listed, "misspelt").startswith("failed")
    assert status(listed, "broken") == status(listed, "clash") == "off: not in LEGO_PLUGINS"


def test_an_empty_allow_list_allows_nobody(lego, third_party_folder):
    listed = json.loads(lego("plugins", "list", "--json", path=third_party_folder, LEGO_PLUGINS="").stdout)
    assert {e["from"] for e in listed["entries"]} == {"lego"}


def test_the_working_directory_is_never_searched(lego, third_party_folder):
    done = lego("plugins", "list", "--json", path=":", cwd=third_party_folder)  # an empty entry means "here"
    assert {e["from"] for e in json.loads(done.stdout)["entries"]} == {"lego"}


def test_search_path_leaves_out_every_spelling_of_the_working_directory(tmp_path):
    (tmp_path / "sub").mkdir()
    entries = ["", ".", str(tmp_path), f"{tmp_path}/sub/..", "/usr/lib/python"]
    assert search_path(entries, tmp_path) == [".", "/usr/lib/python"]  # "." is relative to the real one


def test_what_a_plugin_prints_at_import_does_not_spoil_json(lego, third_party_folder, tmp_path):
    install(tmp_path, "noisy", "print('hello'); raise SystemExit('and good bye')\n")
    done = lego("plugins", "list", "--json", path=tmp_path)
    assert status(json.loads(done.stdout), "noisy") == "failed: SystemExit: and good bye"


def test_our_own_plugins_are_known_as_ours():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["lego"]
    assert {value.partition(".")[0] for value in points.values()} == PACKAGES


def test_every_hook_is_documented_and_register_hooks_have_one_shape():
    for hook in HOOKS:
        function = getattr(hookspecs, hook)
        assert len(function.__doc__) > 20, hook
        arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
        assert arguments == (("app",) if hook == "commands" else ("register",))
    assert {"renderers", "style_losses", "topologies", "rigs"} <= set(KINDS)


def test_show_gives_the_traceback_of_a_broken_plugin(lego, third_party_folder):
    done = lego("plugins", "show", "broken", "-vv", path=third_party_folder)
    assert "Traceback" in done.stderr
    assert "failed" in done.stdout


def test_the_guide_names_every_hook_kind_and_setting():
    guide = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    missing = [hook for hook in HOOKS if f"`{hook}" not in guide]
    assert not missing
    assert all(word in guide for word in ("LEGO_PLUGINS", "--no-plugins", "`needs`", "`hint`", "`factory`"))


WRITE_XYZ = """
import sys
import tomllib
from functools import partial
from pathlib import Path
import numpy as np
from lego_cli.api import Mesh
from lego_cli.mesh.write import write_mesh
from lego_cli.plugins import load_plugins
registry = load_plugins().registry
exporter = registry.get("exporters", "xyz")
mesh = Mesh.from_faces(np.arange(9.0).reshape(3, 3), np.array([[0, 1, 2]]), colours=np.eye(3))
write_mesh(mesh, Path(sys.argv[1]), {suffix: exporter for suffix in exporter.suffixes})
"""


def test_the_exporter_of_the_example_writes_what_was_asked_for(third_party_folder, tmp_path):
    env = {**os.environ, "PYTHONPATH": str(third_party_folder)}
    subprocess.run([sys.executable, "-c", WRITE_XYZ, str(tmp_path / "a.xyz")], env=env, check=True, timeout=120)
    assert (tmp_path / "a.xyz").read_text() == "0 1 2 255 0 0\n3 4 5 0 255 0\n6 7 8 0 0 255\n"


def test_the_tests_of_the_example_pass(third_party_folder):
    env = {**os.environ, "PYTHONPATH": str(third_party_folder), "PYTEST_ADDOPTS": ""}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(ROOT / "examples/lego_plugin_example"),
    ]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
