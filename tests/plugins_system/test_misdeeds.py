"""No third-party plugin spoils a command: each does something bad, and commands go on as if it were not there."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from distributions import GOOD, HEAD, install

pytestmark = pytest.mark.slow

CHECK = "@hookimpl\ndef register_rigs(register):\n    register('left', dict)\n"

FAILS = {  # what it does when it is imported, and what its status says
    "base": ("raise BaseException('no')", "failed: BaseException: no"),
    "keyboard": ("raise KeyboardInterrupt", "failed: KeyboardInterrupt"),
    "generator": ("raise GeneratorExit", "failed: GeneratorExit"),
    "exits": ("import sys; sys.exit(0)", "failed: SystemExit: 0"),
    "leavesposix": ("from posix import _exit; _exit(0)", "failed: NotAllowed: it called os._exit"),
    "aborts": ("import os; os.abort()", "failed: NotAllowed: it called os.abort"),
    "becomes": ("import os; os.execv('/bin/true', ['true'])", "failed: NotAllowed: it called os.execv"),
    "audits": ("import sys; sys.addaudithook(lambda *a: 1 / 0)", "failed: NotAllowed: it called sys.addaudithook"),
    "kills": ("import os; os.kill(os.getpid(), 9)", "crashes or kills (SIGKILL)"),
    "segfaults": ("import ctypes; ctypes.string_at(0)", "crashes or kills (SIGSEGV)"),
    "nativeexit": ("import ctypes; ctypes.CDLL(None)._exit(0)", "ends (exit code 0)"),
    "aborts2": ("import ctypes; ctypes.CDLL(None).abort()", "crashes or kills (SIGABRT)"),
    "greedy": ("hoard = []\nwhile True: hoard.append(bytearray(1 << 30))", "failed: MemoryError"),
    "threads": (
        "import threading, time\ndef talk():\n    while True: print('spoilt'); time.sleep(0.01)\n"
        "threading.Thread(target=talk, daemon=True).start()",
        "failed: it leaves a thread running",
    ),
    "nice": ("import os; os.nice(1)", "failed: it changes for good what the process has: its priority"),
    "limits": (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (30, 30))",
        "failed: it changes for good what the process has: its limits",
    ),
    "closesall": ("import os; os.closerange(0, 4096)", "failed: it"),
    "atexit": ("import atexit, os; atexit.register(os._exit, 7)", "ends (exit code 7)"),
    "badtext": ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", "failed: an error that"),
    "longtext": ("raise ValueError('x' * 5_000_000)", "failed: ValueError: xxx"),
    "control": ("raise ValueError('a\\x1b[2Jb\\x07\\u202ec')", "failed: ValueError: a [2Jb  c"),
    "deep": ("def f(): f()\nf()", "failed: RecursionError"),
}  # fmt: skip

SPOILS = {  # what it does to the process, with nothing to be seen afterwards
    "writes": """
import atexit, ctypes, logging, os, subprocess, sys
os.write(1, b"spoilt")
ctypes.CDLL(None).puts(b"spoilt")
subprocess.run(["echo", "spoilt"])
subprocess.Popen("sleep 1; echo spoilt", shell=True)
sys.__stdout__.write("spoilt")
print("spoilt", file=sys.stdout)
logging.basicConfig(stream=sys.stdout, level=0)
logging.error("spoilt")
kept = open(1, "w", closefd=False)
kept.write("spoilt")
atexit.register(print, "spoilt")
atexit.register(os.write, 1, b"spoilt")
""",
    "closes": """
import os, sys
for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.stdin): stream.close()
for number in (0, 1, 2): os.close(number)
""",
    "drops": "import sys; sys.stdout = sys.stderr = sys.stdin = sys.__stdout__ = None",
    "owns": "kept = open(1, 'w'); kept.write('spoilt')",
    "asks": "try: input()\nexcept EOFError: pass",
    "process": """
import faulthandler, gc, locale, os, random, resource, signal
os.chdir("/")
os.umask(0o777)
for n in (2, 15, 1): signal.signal(n, lambda *a: None)
signal.pthread_sigmask(0, {2, 15})
signal.setitimer(signal.ITIMER_REAL, 0.3)
faulthandler.dump_traceback_later(0.3, exit=True)
locale.setlocale(locale.LC_ALL, "C")
resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
for n in (1, 2): os.set_blocking(n, False)
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
gc.disable()
gc.set_threshold(1)
random.seed(1)
os.environ.clear()
os.environ["OMP_NUM_THREADS"] = "x"
os.environ["LEGO_HOME"] = "/nowhere"
""",
    "environment": "import os; os.environ = {}",
    "python": """
import builtins, sys, warnings
sys.excepthook = sys.unraisablehook = sys.displayhook = None
warnings.simplefilter("error")
warnings.showwarning = None
sys.meta_path.clear(); sys.path_hooks[:] = []; sys.argv[:] = ["lego", "nothing"]
sys.path.insert(0, __file__.rpartition("/")[0] + "/shadows")
del sys.modules["json"]
sys.modules["os"] = None
sys.settrace(lambda *a: None)
sys.setrecursionlimit(60)
builtins.print = builtins.open = None
builtins.more = 1
""",
    "nowhere": "import sys; sys.path.clear(); sys.path = None; sys.modules.pop('json')",
    "forks": "import os; os.fork()",
}

STATE = (
    HEAD
    + """
import gc, json, locale, logging, os, resource, signal, sys, warnings
def look():
    mask = os.umask(0)
    os.umask(mask)
    return {
        "folder": os.getcwd(), "mask": mask, "environment": dict(os.environ), "path": sys.path, "arguments": sys.argv,
        "finders": [type(f).__name__ for f in sys.meta_path], "recursion": sys.getrecursionlimit(),
        "handlers": [repr(signal.getsignal(n)).split(" at ")[0] for n in sorted(signal.valid_signals())],
        "blocked": sorted(signal.pthread_sigmask(0, ())), "filters": len(warnings.filters),
        "hooks": [repr(h).split(" at ")[0] for h in (sys.excepthook, sys.unraisablehook, warnings.showwarning)],
        "language": locale.setlocale(locale.LC_ALL), "words": sorted(vars(__import__("builtins"))),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE), "log": [logging.root.level, len(logging.root.handlers)],
        "garbage": [gc.isenabled(), gc.get_threshold()], "cores": len(os.sched_getaffinity(0)),
        "traces": [repr(sys.gettrace()), repr(sys.getprofile())], "waiting": [os.get_blocking(1), os.get_blocking(2)],
        "modules": [sys.modules["os"] is os, sys.modules["json"] is json],
    }
@hookimpl
def commands(app):
    app.command("look")(lambda: print(json.dumps(look())))
"""
)


@pytest.fixture(scope="module")
def bad(tmp_path_factory) -> Path:
    """A folder of bad plugins and a good one."""
    folder = tmp_path_factory.mktemp("bad")
    for name, (hooks, _) in FAILS.items():
        install(folder, name, hooks)
    for name, hooks in SPOILS.items():
        install(folder, name, HEAD + hooks + "\n" + CHECK.replace("left", f"left_{name}"))
    (folder / "shadows").mkdir()
    (folder / "shadows" / "numpy.py").write_text("raise SystemExit('shadowed')")
    install(folder, "lego", "raise SystemExit")  # it is found before ours
    install(folder, "zgood", GOOD)
    install(folder, "zstate", STATE)
    return folder


@pytest.fixture(scope="module")
def run(lego, bad, tmp_path_factory):
    """Run lego with all of them; what is found out about them is kept, in a home of their own."""
    home = str(tmp_path_factory.mktemp("home"))
    return lambda *words, **more: lego(*words, **{"path": bad, "LEGO_HOME": home, **more})


@pytest.fixture(scope="module")
def listed(run):
    done = run("plugins", "list", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def statuses(listed):
    return {plugin["plugin"]: plugin["status"] for plugin in listed["plugins"]}


def test_a_stranger_that_is_called_as_we_are_replaces_nobody(listed):
    assert statuses(listed)["lego"] == "failed: a distribution called 'lego' cannot be a plugin"
    assert {"rigs", "styles", "formats"} <= set(statuses(listed))
    assert statuses(listed)["styles"] == "ok"


@pytest.mark.parametrize("name", FAILS)
def test_what_cannot_be_loaded_says_why_in_one_clean_line(listed, name):
    status = statuses(listed)[name]
    assert FAILS[name][1] in status
    assert len(status) < 450
    assert not [letter for letter in status if unicodedata.category(letter) in ("Cc", "Cf")]


def test_what_can_be_undone_is_undone_and_the_plugin_works(listed):
    assert {statuses(listed)[name] for name in SPOILS} == {"ok"}
    offered = {entry["name"] for entry in listed["entries"]}
    assert {f"left_{name}" for name in SPOILS} <= offered
    assert "fine" in offered


def test_other_commands_go_on_as_if_they_were_not_there(listed, run, lego):
    done = run("styles", "list", "--json")
    assert done.returncode == 0, done.stderr
    alone = lego("styles", "list", "--json")
    assert json.loads(done.stdout) == json.loads(alone.stdout)
    notes = [text for text in done.stderr.splitlines() if text.startswith("note: plugin ")]
    assert len(notes) == len(FAILS) + 1
    assert "spoilt" not in done.stdout


def test_the_process_is_as_it_was(listed, run):
    seen = json.loads(run("look").stdout)
    alone = json.loads(run("look", LEGO_PLUGINS="zstate").stdout)
    assert alone["environment"].pop("LEGO_PLUGINS") == "zstate"
    assert seen["path"].pop().endswith("shadows")  # what is added may stay, behind what was there
    assert seen == alone


def test_a_good_plugin_has_stdout_for_itself_in_its_own_command(listed, run):
    done = run("greet")
    assert done.stdout.splitlines() == ["by Python", "by a child", "by number"]
    assert done.returncode == 0


def test_what_never_returns_is_given_up_once(lego, tmp_path, tmp_path_factory):
    home = str(tmp_path_factory.mktemp("home"))
    install(tmp_path, "slow", "while True:\n    try:\n        while True: pass\n    except BaseException: pass")
    for seconds in ("2", "30"):  # what is known is not tried again
        done = lego("plugins", "list", "--json", path=tmp_path, LEGO_HOME=home, LEGO_PLUGIN_SECONDS=seconds)
        assert "it did not load within 2 s" in statuses(json.loads(done.stdout))["slow"]
