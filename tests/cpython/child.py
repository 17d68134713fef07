"""Runs one of CPython's test modules in this process and writes what happens, one JSON object a line, as it happens."""

import faulthandler
import importlib
import json
import sys
import unittest
import warnings

from tests.cpython import substitutes

# Seconds after which a test counts as hung.
HANG_SECONDS = 30


def main() -> None:
    module, scene, report_path = sys.argv[1:4]
    skip = set(json.load(sys.stdin))
    faulthandler.enable()
    substitutes.install(module, scene)
    tests = importlib.import_module(f"test.test_asyncio.test_{module}")
    with open(report_path, "a", buffering=1) as report:
        result = Reporter(report)
        suite = unittest.TestSuite()
        for test in flatten(unittest.defaultTestLoader.loadTestsFromModule(tests)):
            if name_of(test) not in skip:
                suite.addTest(test)
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            suite.run(result)
        result.say("end", "")


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def name_of(test):
    return ".".join(test.id().split(".")[-2:])


class Reporter(unittest.TestResult):
    def __init__(self, report):
        super().__init__()
        self.report = report

    def say(self, what, test, text=""):
        self.report.write(json.dumps([what, test, text]) + "\n")

    def startTest(self, test):
        super().startTest(test)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        self.outcome = "passed"
        self.text = ""
        self.say("start", name_of(test))

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        self.say(self.outcome, name_of(test), self.text)
        super().stopTest(test)

    def note(self, outcome, text):
        self.outcome = outcome
        self.text += text

    def addError(self, test, err):
        self.note("failed", self._exc_info_to_string(err, test))
        if not isinstance(test, unittest.TestCase):
            self.say("failed", str(test), self.text)

    def addFailure(self, test, err):
        self.addError(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.addError(test, err)

    def addSkip(self, test, reason):
        self.note("skipped", reason)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self.note("failed", "unexpected success")


if __name__ == "__main__":
    main()
