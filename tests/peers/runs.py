"""Runs a suite on one kind of loop, and tells what became of each test."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .sources import Source

SUITE_SECONDS = 1500
TEST_SECONDS = 60
PLUGINS = Path(__file__).with_name("plugins")
WAYS = ("asyncio", "loop", "install")


@dataclass(frozen=True)
class Outcome:
    """ "passed", "failed" or "skipped", and the line that says why."""

    what: str
    reason: str = ""


Outcomes = dict[str, Outcome]


def run(source: Source, way: str, tests: list[str] | None = None) -> Outcomes:
    """Run all tests, or `tests`, one process for each processor; `way` is one of WAYS."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "record")
        record.touch()
        _call_pytest(source, way, record, tests)
        lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return {test: Outcome(what, reason) for test, what, reason in lines}


def _call_pytest(source: Source, way: str, record: Path, tests: list[str] | None) -> None:
    plugins = [*source.suite.all_plugins, "recorder", *(() if way == "asyncio" else ("on_plait",))]
    chosen = (
        source.suite.arguments if tests is None else (*source.suite.arguments[1:], *tests)
    )  # the first names them all
    processes = "0" if tests is not None else str(os.cpu_count() or 1)
    command = [
        *(sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", str(TEST_SECONDS)),
        *("-n", processes, *(word for plugin in plugins for word in ("-p", plugin)), *chosen),
    ]
    log = source.folder / f"{way}{'' if tests is None else '-again'}.log"
    with log.open("w", encoding="utf-8") as output:
        _bounded(command, source.folder, _environment(way, record), output)


def _environment(way: str, record: Path) -> dict[str, str]:
    path = [str(PLUGINS), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PLAIT_BY": way,
        "PEER_RECORD": str(record),
    }


def _bounded(command: list[str], folder: Path, environment: dict[str, str], output: object) -> None:
    try:
        subprocess.run(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=SUITE_SECONDS
        )  # type: ignore[call-overload]
    except subprocess.TimeoutExpired:
        print(f"  not ended after {SUITE_SECONDS} s", flush=True)
