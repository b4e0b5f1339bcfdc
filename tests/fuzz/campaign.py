"""Many runs of many readers in two processes at a time; what kills or stops one is charged to the run that did."""

from __future__ import annotations

import gc
import itertools
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .batch import MOST_RUNS, Bounds, Notes, fill, run_batch
from .figures import Figures
from .reader import Reader
from .verdict import CRASH, HANG, Finding, innermost, judged

PATIENCE = 1.0  # seconds between the alarm in a process and its end
STUCK = 120.0  # seconds in which a process must have done a run
SPACE = 1_000_000_000  # runs of one seed


@dataclass(frozen=True)
class Plan:
    """How long, how much, how many at once, and where findings go."""

    minutes: float = 5.0
    runs: int = 0  # of each reader; 0: until the time is over
    workers: int = 2
    seed: int = 1
    out: Path = Path("findings")
    batch_seconds: float = 2.0
    bounds: Bounds = field(default_factory=Bounds)


@dataclass
class _Job:
    reader: Reader
    first: int
    count: int
    again: bool = False  # a run that hung, tried once more: the machine may have been busy


@dataclass
class _Slot:
    """A place for one process."""

    folder: Path
    notes: Notes = field(default_factory=Notes)
    job: _Job | None = None
    process: int = 0
    killed: bool = False
    seen: tuple[int, float] = (0, 0.0)  # runs done, and when there was one more


def sound(reader: Reader) -> list[tuple[int, str, str]]:
    """How reading ends for each sample as it is."""
    ends = []
    for number, sample in enumerate(reader.known):
        with tempfile.TemporaryDirectory() as folder:
            ends.append(judged(reader.read, fill(Path(folder), dict(reader.known[number].files)) / sample.main))
    return ends


class Campaign:
    """``run`` gives the figures by reader and all findings, each once."""

    def __init__(self, readers: Sequence[Reader], plan: Plan, warm: bool = True) -> None:
        """``warm`` reads the sound samples first in this process, which imports what is needed for all of them."""
        self.readers, self.plan, self.warm = readers, plan, warm
        self.figures = {reader.name: Figures() for reader in readers}
        self.findings: dict[str, Finding] = {}
        self._retries: list[_Job] = []

    def run(self) -> None:
        """All runs of the plan; Ctrl-C ends them early."""
        memory = Path("/dev/shm")
        room = tempfile.mkdtemp(prefix="fuzz-", dir=memory if os.access(memory, os.W_OK) else None)
        slots = [_Slot(Path(room) / f"{k}") for k in range(self.plan.workers)]
        for reader in self.readers:
            ends = sound(reader) if self.warm else reader.known
            assert ends, f"{reader.name} has no samples"
        gc.freeze()
        try:
            self._loop(slots, self._jobs())
        except KeyboardInterrupt:
            pass
        finally:
            for slot in slots:
                if slot.process:
                    os.kill(slot.process, signal.SIGKILL)
                    os.waitpid(slot.process, 0)
            shutil.rmtree(room, ignore_errors=True)

    def _loop(self, slots: list[_Slot], jobs: Iterator[_Job]) -> None:
        more = True
        while more or self._retries or any(slot.process for slot in slots):
            for slot in slots:
                if slot.process:
                    self._look_after(slot)
                if not slot.process:
                    job = self._retries.pop() if self._retries else next(jobs, None)
                    more = more and (job is not None or bool(self._retries))
                    if job is not None:
                        self._start(slot, job)
            time.sleep(0.02)

    def _jobs(self) -> Iterator[_Job]:
        """Batches of one reader after the other, until time or runs are used up; what a batch left comes again."""
        begin = self.plan.seed * SPACE
        self._next = {reader.name: begin for reader in self.readers}
        end = time.monotonic() + 60 * self.plan.minutes
        for reader in itertools.cycle(self.readers):
            if self.plan.runs:
                if all(at >= begin + self.plan.runs for at in self._next.values()):
                    return
                count = min(begin + self.plan.runs - self._next[reader.name], MOST_RUNS)
            elif time.monotonic() > end:
                return
            else:
                count = MOST_RUNS
            if count > 0:
                first = self._next[reader.name]
                self._next[reader.name] = first + count
                yield _Job(reader, first, count)

    def _start(self, slot: _Slot, job: _Job) -> None:
        shutil.rmtree(slot.folder, ignore_errors=True)
        slot.folder.mkdir(parents=True)
        slot.job, slot.killed, slot.notes, slot.seen = job, False, Notes(), (0, time.monotonic())
        seconds = 3600.0 if self.plan.runs else self.plan.batch_seconds
        slot.process = os.fork()
        if not slot.process:
            try:
                run_batch(job.reader, job.first, job.count, seconds, slot.folder, slot.notes, self.plan.bounds)
            finally:
                os._exit(99)  # a fault of the fuzzer itself

    def _look_after(self, slot: _Slot) -> None:
        """End a run that takes too long; take in what a process that has ended found."""
        since = slot.notes.since
        if since and time.monotonic() - since > self.plan.bounds.seconds + PATIENCE:
            slot.killed = slot.killed or slot.notes.since == since
            if slot.killed:
                os.kill(slot.process, signal.SIGKILL)
        if slot.notes.done > slot.seen[0]:
            slot.seen = slot.notes.done, time.monotonic()
        elif time.monotonic() - slot.seen[1] > STUCK:
            raise RuntimeError(f"a mutator hangs: {slot.job}, run {slot.notes.done} of it")
        process, status = os.waitpid(slot.process, 0 if slot.killed else os.WNOHANG)
        if process:
            slot.process = 0
            self._take_in(slot, status)

    def _take_in(self, slot: _Slot, status: int) -> None:
        job, done = slot.job, slot.notes.done
        assert job is not None
        figures = self.figures[job.reader.name]
        for number in range(done):
            figures.add(*slot.notes.run(number), job.first + number)
        for line in (slot.folder / "findings").read_text("utf-8").splitlines() if done else ():
            self._keep(Finding(**json.loads(line)), job.reader)
        seed, rest = job.first + done, job.count - done
        if os.waitstatus_to_exitcode(status) == 0 and not slot.notes.since:
            self._give_back(job, rest)
            return
        if not slot.notes.since:
            raise RuntimeError(f"the fuzzer itself failed at {job.reader.name} {seed}:\n{_said(slot, 'noise')}")
        self._give_back(_Job(job.reader, job.first, job.count), rest - 1)
        if slot.killed and not job.again:
            self._retries.append(_Job(job.reader, seed, 1, again=True))
            return
        trace = _said(slot, "trace")
        kind, what = ("hang", f"over {self.plan.bounds.seconds:g} s") if slot.killed else ("crash", _ending(status))
        figures.add(HANG if slot.killed else CRASH, 0.0, 0.0, seed)
        self._keep(Finding(kind, job.reader.name, seed, what, innermost(trace, last=False), trace), job.reader)

    def _give_back(self, job: _Job, rest: int) -> None:
        """Runs that a batch did not come to are done by the next; with a time limit they are the reader's next."""
        if rest <= 0:
            return
        first = job.first + job.count - rest
        if self.plan.runs:
            self._retries.append(_Job(job.reader, first, rest))
        elif self._next[job.reader.name] == job.first + job.count:
            self._next[job.reader.name] = first

    def _keep(self, finding: Finding, reader: Reader) -> None:
        """Save the first of each kind of finding: its files, its trace, and the command that makes it again."""
        self.figures[reader.name].found += 1
        if finding.key in self.findings:
            return
        self.findings[finding.key] = finding
        folder = self.plan.out / finding.key
        fill(folder / "files", reader.files(finding.seed))
        again = f"again: make fuzz READERS={finding.reader} RUN={finding.seed}\n"
        text = f"{finding.kind}: {finding.what}\nat {finding.place or 'no line of ours'}\n{again}\n{finding.trace}"
        (folder / "finding.txt").write_text(text, encoding="utf-8", errors="backslashreplace")


def _said(slot: _Slot, name: str) -> str:
    file = slot.folder / name
    return file.read_text("utf-8", errors="replace")[-20_000:] if file.exists() else ""


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
