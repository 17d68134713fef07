"""Runs one of CPython's test modules in this process and writes what happens, one JSON list a line, as it happens.

``python -m cpython.child module loop report``, and on standard input two lists: the names of the tests that are done
already, and patterns of those that are not to be run. The parent is `harness`.
"""

import faulthandler
import fnmatch
import gc
import importlib
import json
import signal
import sys
import unittest
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

from . import substitutes

# Seconds after which a test counts as hung, and the process ends. The longest of CPython's takes two.
HANG_SECONDS = 30

# Their tests fail if they see a warning of what an earlier one has left behind: it is to come before they begin.
TIDIED = ("subprocess",)


def main(module: str, loop: str, report_path: str) -> None:
    done, not_run = json.load(sys.stdin)
    substitutes.install(module, loop)
    tests = importlib.import_module(f"test.test_asyncio.test_{module}")
    substitutes.adapt(module, loop, tests)
    with open(report_path, "a", buffering=1, encoding="utf-8") as report, warnings.catch_warnings():
        warnings.simplefilter("default")
        reporter = Reporter(report, module in TIDIED)
        choose(tests, set(done), not_run, reporter).run(reporter)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(["end", "", ""]), file=report)


def choose(tests: Any, done: set[str], not_run: list[str], reporter: Any) -> unittest.TestSuite:
    """The tests to run; nothing else holds them, so that one that has run can go, and its loop with it."""
    chosen = unittest.TestSuite()
    for test in flatten(unittest.defaultTestLoader.loadTestsFromModule(tests)):
        name = name_of(test)
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in not_run):
            reporter.write("not run", test)
        elif name not in done:
            chosen.addTest(test)
    return chosen


def flatten(suite: Any) -> Iterator[Any]:
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def name_of(test: Any) -> str:
    """``Class.test``; for the set-up of a class or of the module, what unittest calls it."""
    return ".".join(test.id().split(".")[-2:])


class Reporter(unittest.TestResult):
    """Writes a line when a test starts and one when it ends, so that a crash can be laid at a test's door."""

    def __init__(self, report: TextIO, tidies: bool) -> None:
        super().__init__()
        self.tidies = tidies
        self.report = report
        self.outcome = ""
        self.text = ""

    def write(self, what: str, test: Any, text: str = "") -> None:
        print(json.dumps([what, name_of(test), text]), file=self.report)

    def startTest(self, test: Any) -> None:  # noqa: N802
        super().startTest(test)
        if self.tidies:
            gc.collect()
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        self.outcome, self.text = "passed", ""
        self.write("start", test)

    def stopTest(self, test: Any) -> None:  # noqa: N802
        if self.outcome:  # some releases of 3.12 end what they skip without having started it
            self.write(self.outcome, test, self.text)
        self.outcome = self.text = ""
        super().stopTest(test)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)  # what comes between two tests may hang, too

    def note(self, outcome: str, test: Any, text: str) -> None:
        self.text += text
        if self.outcome:
            self.outcome = outcome
        else:  # the set-up of a class or of the module, which did not start as a test
            self.write(outcome, test, text)
            self.text = ""

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        self.note("failed", test, self._exc_info_to_string(err, test))  # type: ignore[attr-defined]

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self.addError(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        if err is not None:
            self.addError(test, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        self.note("skipped", test, reason)

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        self.note("failed", test, "an expected failure passed")


if __name__ == "__main__":
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it runs in the background ignore it
    main(*sys.argv[1:])
