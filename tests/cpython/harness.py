"""Runs CPython's test modules in processes of their own, and judges the outcomes against the list of what is left out."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import plait

from .left_out import LEFT_OUT, LeftOut

# Modules, and on whose loops each runs: on plait's; and on asyncio's, where plait's objects must do on a loop that is not
# plait's, as on a library's own test loop.
BOTH = ("plait", "asyncio")
MODULES = {
    "futures": BOTH,
    "futures2": BOTH,
    "tasks": BOTH,
    "locks": BOTH,
    "queues": BOTH,
    "taskgroups": BOTH,
    "timeouts": BOTH,
    "waitfor": BOTH,
    "runners": ("plait",),
    "pep492": BOTH,
    "context": BOTH,
    "threads": BOTH,
    "subprocess": BOTH,
    "streams": BOTH,
    "events": ("plait",),
    "base_events": ("plait",),
    "server": ("plait",),
    "buffered_proto": ("plait",),
    "transports": ("plait",),
    "protocols": ("plait",),
    "selector_events": ("plait",),
    "unix_events": ("plait",),
    "ssl": ("plait",),
    "sslproto": ("plait",),
    "sock_lowlevel": ("plait",),
    "sendfile": ("plait",),
}
if sys.version_info >= (3, 12):
    MODULES["eager_task_factory"] = BOTH

Run = tuple[str, str]

# Those that take longest come first, so that none of them is all that is left in the end.
LONGEST = ("tasks", "subprocess", "events", "ssl")
RUNS: list[Run] = [
    (module, loop) for module in sorted(MODULES, key=lambda name: name not in LONGEST) for loop in MODULES[module]
]

BUILD = plait.build_info()["mode"]

# Of the tests that use public API, the share that must pass.
PUBLIC_SHARE = 0.97

# Seconds that a module may take in all, whatever its tests do: less than pytest gives to a test. The longest takes 30 on an
# idle machine, and mostly waits.
MODULE_SECONDS = 250

# How often a module is taken up again after a crash.
RESTARTS = 30

# What stands for the tests that could not be run, in the place of a name.
THE_REST = "the rest of the module"

# Lines of what a process printed before it died that are shown.
LAST_WORDS = 40

TESTS = Path(__file__).resolve().parents[1]


@dataclass
class Outcome:
    """What became of one test: "passed", "failed", "crashed" (or hung), "not run", or "skipped" by CPython itself."""

    what: str
    text: str = ""

    def last_line(self) -> str:
        """The most telling line of a traceback."""
        lines = self.text.strip().splitlines()
        return lines[-1] if lines else ""


@dataclass
class Report:
    """One module on one loop."""

    module: str
    loop: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.module} on {self.loop}'s loop"

    def entries(self) -> list[LeftOut]:
        """What is left out of this module on this loop and Python."""
        return [entry for entry in LEFT_OUT.get(self.module, ()) if entry.applies(self.loop, BUILD)]

    def left_out(self) -> dict[str, LeftOut]:
        """Each test that is listed, with its entry; not one that a later release of an old Python has made new."""
        found = {}
        for test, outcome in self.outcomes.items():
            entry = next((entry for entry in self.entries() if entry.matches(test)), None)
            if entry is not None and outcome.what != "skipped" and (entry.kind, outcome.what) != ("older", "passed"):
                found[test] = entry
        return found

    def failures(self) -> dict[str, Outcome]:
        """What should have passed."""
        listed = self.left_out()
        return {
            test: outcome
            for test, outcome in self.outcomes.items()
            if outcome.what in ("failed", "crashed") and test not in listed
        }

    def needless(self) -> list[LeftOut]:
        """Entries all of whose tests pass."""
        listed = self.left_out()
        needless = []
        for entry in self.entries():
            outcomes = {self.outcomes[test].what for test, its_entry in listed.items() if its_entry is entry}
            if outcomes == {"passed"}:
                needless.append(entry)
        return needless

    def count(self) -> Counter[str]:
        """How many were run, passed, failed, left out and for which kind of reason, skipped by CPython."""
        listed = self.left_out()
        count: Counter[str] = Counter()
        for test, outcome in self.outcomes.items():
            if test in listed:
                count.update(("left out", listed[test].kind))
            elif outcome.what == "skipped":
                count["skipped"] += 1
            else:
                count.update(("run", "passed" if outcome.what == "passed" else "failed"))
        return count


Reports = Mapping[Run, Report]


class Runs(Reports):
    """The reports of several modules, which run meanwhile, as many at a time as there are processors; they mostly wait.

    Asking for one waits for it.
    """

    def __init__(self, runs: list[Run]) -> None:
        self.threads = ThreadPoolExecutor(os.cpu_count())
        self.running = {run: self.threads.submit(run_module, *run) for run in runs}

    def __getitem__(self, run: Run) -> Report:
        return self.running[run].result()

    def __iter__(self) -> Iterator[Run]:
        return iter(self.running)

    def __len__(self) -> int:
        return len(self.running)

    def close(self) -> dict[Run, Report]:
        """What has been run by now; nothing else is begun."""
        self.threads.shutdown(cancel_futures=True)
        return {run: running.result() for run, running in self.running.items() if not running.cancelled()}


def run_module(module: str, loop: str) -> Report:
    """Run one module, and go on after a crash with the tests that are left."""
    report = Report(module, loop)
    started = time.monotonic()
    for _ in range(RESTARTS):
        known = len(report.outcomes)
        if run_process(report, MODULE_SECONDS - (time.monotonic() - started)) or len(report.outcomes) == known:
            break
    else:
        report.outcomes[THE_REST] = Outcome("crashed", f"given up after {RESTARTS} crashes")
    report.seconds = time.monotonic() - started
    return report


def run_process(report: Report, seconds: float) -> bool:
    """Run the tests that have no outcome yet; returns whether it went through to the end."""
    not_run = [entry.test for entry in report.entries() if not entry.is_run]
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "report")
        lines.touch()
        command = [sys.executable, "-m", f"{Path(__file__).parent.name}.child", report.module, report.loop, str(lines)]
        output, code = run_command(command, json.dumps([list(report.outcomes), not_run]), folder, seconds)
        return read_lines(report, lines.read_text(encoding="utf-8"), f"{output}\nexit code {code}")


def run_command(command: list[str], text: str, folder: str, seconds: float) -> tuple[str, int | str]:
    path = [str(TESTS), str(Path(plait.__file__).resolve().parents[1])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    try:
        done = subprocess.run(
            command,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=folder,
            env=environment,
            timeout=max(seconds, 1),
        )
    except subprocess.TimeoutExpired:
        return f"no end in {seconds:.0f} seconds", "none"
    return "\n".join(done.stdout.splitlines()[-LAST_WORDS:]), done.returncode


def read_lines(report: Report, lines: str, last_words: str) -> bool:
    started = None
    for line in lines.splitlines():
        what, test, text = json.loads(line)
        if what == "end":
            return True
        started = test if what == "start" else None
        if what != "start":
            report.outcomes[test] = Outcome(what, text)
    report.outcomes[started or THE_REST] = Outcome("crashed", last_words)
    return False


def public_share(reports: Iterable[Report]) -> float:
    """The share of the tests on public API that pass, all of none; a deliberate difference counts as one that does not."""
    count = sum((report.count() for report in reports), Counter())
    public = count["passed"] + count["failed"] + count["difference"]
    return count["passed"] / public if public else 1.0


COLUMNS = ("run", "passed", "failed", "left out", "private", "twin", "machine", "older", "difference", "skipped")


def table(reports: list[Report]) -> str:
    """Run, passed and left out, by module and in all."""
    width = max(len(report.name) for report in reports)
    lines = [" " * width + "".join(f"{column:>11}" for column in COLUMNS) + f"{'seconds':>9}"]
    total: Counter[str] = Counter()
    for report in reports:
        count = report.count()
        total += count
        lines.append(line_of(report.name.ljust(width), count, report.seconds))
    lines.append(line_of("in all".ljust(width), total, sum(report.seconds for report in reports)))
    lines.append(f"of the tests on public API {public_share(reports):.1%} pass")
    return "\n".join(lines)


def line_of(name: str, count: Counter[str], seconds: float) -> str:
    return name + "".join(f"{count[column]:>11}" for column in COLUMNS) + f"{seconds:>9.1f}"
