"""A trial: a plugin is loaded in a process of its own, where it may crash, end, block or spoil whatever it likes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from typing import IO, Any

from lego_cli.errors import ExitCode, LegoError, one_line
from lego_cli.registry import Owner

SECONDS = 20.0
SETTING = "LEGO_PLUGIN_SECONDS"
MAKING = 2  # times as long, for what imports large packages
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # each takes memory, which is bounded there
MOST_HEARD = 4 << 20  # bytes
LONGEST = 300
MARK = "\n# lego: "
STEP = b'"step"'
START = (  # in the words of the child; -P keeps the working directory from being searched before that
    "import sys, json; request = json.loads(sys.argv.pop()); sys.path[:] = request['path'];"
    " from lego_cli.cli.trial import main; main(request)"
)


@dataclass
class Outcome:
    """What came of a trial: why the plugin must not be loaded, and which files were loaded if all went well."""

    why: str = ""
    trace: str = ""
    whole: bool = False  # everything was loaded, nothing was raised
    files: list[str] = field(default_factory=list)


def seconds() -> float:
    """How long a plugin may take to be loaded. Raises LegoError (exit code 2) for a setting that is no such number."""
    text = os.environ.get(SETTING, "")
    try:
        value = float(text or SECONDS)
    except ValueError:
        value = -1
    if not 0.1 <= value <= 3600:
        raise LegoError(f"{SETTING}={text[:LONGEST]} is no time", "give seconds, from 0.1 to 3600", ExitCode.USAGE)
    return value


def tried(owner: Owner, point: metadata.EntryPoint) -> Outcome:
    """Load a plugin in a process of its own, with all its hooks, and make what commands make without being asked."""
    if not sys.executable:
        return Outcome("it cannot be tried, since Python does not know its own program")
    request = {
        "path": sys.path, "plugin": owner.plugin, "distribution": owner.distribution, "version": owner.version,
        "value": point.value, "seconds": seconds(),
    }  # fmt: skip
    flags = [flag for flag, on in (("-s", sys.flags.no_user_site), ("-E", sys.flags.ignore_environment)) if on]
    command = [sys.executable, "-P", *flags, "-c", START, json.dumps(request)]
    none, one_thread = subprocess.DEVNULL, dict.fromkeys(THREADS, "1")
    try:
        child = subprocess.Popen(
            command,
            stdin=none,
            stdout=subprocess.PIPE,
            stderr=none,
            start_new_session=True,
            env={**one_thread, **os.environ},
        )
    except OSError as error:
        return Outcome(f"it cannot be tried: {error.strerror}")
    heard = bytearray()
    listener = threading.Thread(target=_listen, args=(child.stdout, heard), daemon=True)
    listener.start()
    try:
        late = not (_ends(child, seconds()) or (STEP in heard and _ends(child, MAKING * seconds())))
    finally:
        _end(child)
    listener.join(1.0)
    if child.stdout and not listener.is_alive():  # else something that got away still holds the other end
        child.stdout.close()
    return _outcome(bytes(heard).decode("utf-8", "replace"), child.returncode, late)


def _ends(child: subprocess.Popen[bytes], patience: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        child.wait(patience)
        return True
    return False


def _listen(pipe: IO[bytes], heard: bytearray) -> None:
    with suppress(OSError, ValueError):
        while chunk := os.read(pipe.fileno(), 1 << 16):
            if len(heard) < MOST_HEARD:
                heard += chunk


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the process and all that it has started."""
    with suppress(OSError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(OSError):
        child.kill()
    child.wait()


def _outcome(heard: str, code: int, late: bool) -> Outcome:
    found: dict[str, Any] = {}
    step, rest = "", heard
    for part in heard.split(MARK)[1:]:
        text, _, rest = part.partition("\n")
        message = _message(text)
        step, found = str(message.get("step", "")), message if "why" in message else {}
    if found and (found["why"] or (code == 0 and not late)):
        files = [path for path in found.get("files", ()) if isinstance(path, str)]
        return Outcome(str(found["why"]), str(found.get("trace", "")), found.get("whole") is True, files)
    trace = "\n".join(map(one_line, rest.splitlines()))
    if late:
        did = "end" if found else "go on" if step else "load"
        return Outcome(f"it did not {did} within {seconds() * (1 + MAKING * bool(step)):g} s{step}", trace)
    return Outcome(f"it {_end_of(code)} the process that loads it{step}", trace)


def _message(text: str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return {}


def _end_of(code: int) -> str:
    if code >= 0:
        return f"ends (exit code {code})"
    try:
        return f"crashes or kills ({signal.Signals(-code).name})"
    except ValueError:
        return f"kills (signal {-code})"
