"""What third parties offer: floods, nonsense and things that cannot be made are their problem, and nobody else's."""

from __future__ import annotations

import json
import unicodedata

import pytest
from distributions import HEAD, install

from lego_cli.errors import ExitCode, LegoError
from lego_cli.exporter_choice import AbsentExporter, exporters_by_suffix
from lego_cli.registry import Entry, Owner, Registry

OURS, ANNA = Owner("formats", "lego", "1", built_in=True), Owner("a", "anna", "1")

REFUSED = {
    "flood": ("for n in range(100_000): register(f'r{n}', dict)", "it registers more than 1000 things"),
    "endless": ("import itertools; register('r', dict, needs=(f'file:{n}' for n in itertools.count()))", "20 needs"),
    "nosummary": ("register('r', dict, summary=7)", "the summary is no text but int"),
    "noname": ("register(7, dict)", "a int is no name"),
    "longname": ("register('r' * 1_000_000, dict)", "is no name"),
    "controlname": ("register('r\\x1b[2J', dict)", "is no name"),
    "oneneed": ("register('r', dict, needs='module:numpy')", "needs is a tuple"),
    "oddneed": ("register('r', dict, needs=(7,))", "a need is a text"),
    "nofactory": ("register('r', 7)", "must be a callable"),
}
BODY = HEAD + "@hookimpl\ndef register_rigs(register):\n    {}\n@hookimpl\ndef register_drivers(register):\n    {}\n"
COMMANDS = (
    HEAD
    + """
import os, typer
@hookimpl
def commands(app):
    os.write(1, b"spoilt")
    several = typer.Typer(help="sev\\x1b[2Jeral")
    several.command("one")(lambda: print("first"))
    several.command("two")(lambda: print("second"))
    app.add_typer(several, name="several")
    app.command("long", help="y" * 1_000_000)(lambda: None)
"""
)
HOOKS = {
    "many": ("for n in range(1000): app.command(f'c{n}')(lambda: None)", "commands: ValueError: it adds more than 100"),
    "stops": ("raise GeneratorExit", "commands: GeneratorExit"),
    "leaves": ("import os; os._exit(0)", "commands: NotAllowed: it called os._exit"),
    "oddname": ("app.command('a\\x1b[2J')(lambda: None)", "is no name"),
    "garbage": ("app.registered_commands.append(7)", "commands: AttributeError"),
}
FINE = "register('kept_{}', dict, needs=('file:none',))"
LONG = "register('wordy', dict, 'a\\x1b[2J\\nb' * 1_000_000, (), 'h' * 1_000_000)"


@pytest.fixture(scope="module")
def run(lego, tmp_path_factory):
    folder, home = tmp_path_factory.mktemp("offers"), str(tmp_path_factory.mktemp("home"))
    for name, (call, _) in REFUSED.items():
        install(folder, name, BODY.format(call, FINE.format(name)))
    install(folder, "wordy", BODY.format(LONG, FINE.format("wordy")))
    install(folder, "broken_points", "", entry="[lego]\nno equals sign\n")
    install(folder, "unnamed", BODY.format("pass", FINE.format("unnamed")), metadata="")
    install(
        folder, "vain", BODY.format("pass", "pass"), metadata="Name: vain\nVersion: 1\x1b[2J" + "0" * 100_000 + "\n"
    )
    install(folder, "user", BODY.format("register('mine', dict)", "pass"))
    for name, (body, _) in HOOKS.items():
        install(folder, f"command_{name}", HEAD + f"@hookimpl\ndef commands(app):\n    {body}\n")
    install(folder, "helpful", COMMANDS)
    install(folder, "undecoded", "")
    (folder / "undecoded-1.0.dist-info" / "entry_points.txt").write_bytes(b"[lego]\nx = \xff\xfe\n")
    return lambda *words: lego(*words, path=folder, LEGO_HOME=home)


@pytest.fixture(scope="module")
def listed(run):
    done = run("plugins", "list", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def plugins(listed):
    return {each["plugin"]: each for each in listed["plugins"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_nonsense_is_refused_and_the_other_hooks_of_its_plugin_work(listed, name):
    status = plugins(listed)[name]["status"]
    assert status.startswith("failed: register_rigs: ")
    assert REFUSED[name][1] in status
    assert f"kept_{name}" in {entry["name"] for entry in listed["entries"]}


@pytest.mark.slow
def test_texts_are_cut_and_cleaned(listed):
    entry = next(each for each in listed["entries"] if each["name"] == "wordy")
    assert entry["summary"].startswith("a [2J ba")
    assert len(entry["summary"]) < 220
    texts = [value for each in listed["plugins"] + listed["entries"] for value in each.values()]
    texts = [text for text in texts if isinstance(text, str)]
    assert max(map(len, texts)) < 500
    assert not [text for text in texts if any(unicodedata.category(letter) == "Cc" for letter in text)]


@pytest.mark.slow
def test_damaged_facts_about_a_distribution_stop_nobody(listed, run):
    known = plugins(listed)
    assert known["?"]["status"] == "failed: its entry_points.txt cannot be read"
    assert known["unnamed"]["from"] == "unnamed"
    assert known["vain"]["version"].startswith("1 [2J")
    assert "kept_unnamed" in {entry["name"] for entry in listed["entries"]}
    assert known["user"]["status"] == "failed: a distribution called 'user' cannot be a plugin"
    done = run("styles", "list", "--json")
    assert done.returncode == 0
    json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOOKS)
def test_commands_that_cannot_be_added_are_their_plugins_problem(listed, name):
    assert HOOKS[name][1] in plugins(listed)[f"command_{name}"]["status"]


@pytest.mark.slow
def test_help_of_commands_is_cut_and_cleaned_and_groups_keep_theirs(listed, run):
    told = {each["name"]: each["summary"] for each in listed["entries"] if each["from"] == "helpful"}
    assert told["several"] == "sev [2Jeral"
    assert len(told["long"]) < 220
    done = run("--help")
    assert "sev [2Jeral" in done.stdout
    assert len(done.stdout) < 50_000
    assert "spoilt" not in done.stdout
    assert run("several", "two").stdout == "second\n"


class Exporter:
    def __init__(self, *suffixes):
        self.suffixes = suffixes

    def write(self, mesh, path):
        path.write_text("written")


class NoSuffixes:
    @property
    def suffixes(self):
        raise SystemExit("no")


def raising(error):
    def make():
        raise error

    return make


def printing():
    print("spoilt")
    return Exporter(".loud")


@pytest.mark.parametrize(
    "factory",
    [
        raising(KeyError("x")), raising(SystemExit(0)), raising(KeyboardInterrupt()), raising(BaseException()),
        raising(LegoError("a" * 10_000_000, "b", ExitCode.FAILED)), NoSuffixes, dict, lambda: Exporter(7),
        lambda: Exporter("x" * 1000), type("E", (), {"suffixes": [".a"]}), "no.such:thing",
    ],
)  # fmt: skip
def test_a_broken_exporter_of_a_third_party_stops_only_who_asks_for_it(factory):
    registry = Registry()
    registry.add(Entry("exporters", "obj", lambda: Exporter(".obj"), OURS))
    registry.add(Entry("exporters", "bad", factory, ANNA))
    registry.add(Entry("exporters", "good", lambda: Exporter(".good"), ANNA))
    known = exporters_by_suffix(registry)
    assert {".obj", ".good", ".bad"} == set(known)
    assert isinstance(known[".bad"], AbsentExporter)
    with pytest.raises(LegoError) as caught:
        known[".bad"].write(None, None)
    assert len(caught.value.message) < 1100


def test_a_broken_exporter_of_ours_is_not_passed_over():
    registry = Registry()
    registry.add(Entry("exporters", "obj", raising(KeyError("x")), OURS))
    with pytest.raises(LegoError, match="could not be made"):
        exporters_by_suffix(registry)


def test_what_is_usable_leaves_out_what_a_third_party_cannot_make():
    registry = Registry()
    registry.add(Entry("drivers", "ours", lambda: "ours", OURS))
    registry.add(Entry("drivers", "bad", raising(GeneratorExit()), ANNA))
    registry.add(Entry("drivers", "waits", dict, ANNA, needs=("module:nobody_has_this",)))
    registry.add(Entry("drivers", "good", lambda: "good", ANNA))
    assert [(entry.name, made) for entry, made in registry.usable("drivers")] == [("ours", "ours"), ("good", "good")]
    with pytest.raises(LegoError, match="driver 'bad' of anna could not be made: GeneratorExit"):
        registry.get("drivers", "bad")


def test_what_a_factory_prints_is_no_result(capfd):
    registry = Registry()
    registry.add(Entry("exporters", "loud", printing, ANNA))
    assert set(exporters_by_suffix(registry)) == {".loud"}
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "spoilt" in printed.err


def test_a_package_that_fails_when_it_is_looked_into_is_missing(tmp_path, monkeypatch, capfd):
    package = tmp_path / "evil_package"
    package.mkdir()
    (package / "__init__.py").write_text("print('spoilt'); raise SystemExit")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = Entry("rigs", "r", dict, ANNA, needs=("module:evil_package.part",))
    registry = Registry()
    registry.add(entry)
    assert entry.missing() == ("module:evil_package.part",)
    assert capfd.readouterr().out == ""
