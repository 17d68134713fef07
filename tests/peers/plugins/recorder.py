"""A plugin of pytest that writes one line of JSON for each test that has ended: its id, what became of it, and why.

PEER_RECORD names the file.
"""

import json
import os
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # of pytest-xdist, whose main process hears of all
        config.pluginmanager.register(Recorder(Path(os.environ["PEER_RECORD"])))


class Recorder:
    """Keeps what each phase of a test tells until its tear-down has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._outcomes: dict[str, tuple[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = self._outcomes.setdefault(report.nodeid, ("passed", ""))
        if report.failed:
            outcome = ("failed", _reason(report))
        elif report.skipped and outcome[0] == "passed":
            outcome = ("skipped", _reason(report))
        self._outcomes[report.nodeid] = outcome
        if report.when == "teardown":
            self._write(report.nodeid)

    def _write(self, test: str) -> None:
        what, reason = self._outcomes[test]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([test, what, reason]) + "\n")


def _reason(report: pytest.TestReport) -> str:
    lines = [line for line in report.longreprtext.splitlines() if line.startswith("E  ")]
    return (lines or report.longreprtext.splitlines() or [""])[-1].removeprefix("E").strip()[:300]
