"""``python -m tests.cpython [module …] [-k pattern] [-l loop] [-v]``: run CPython's tests and show what fails."""

import argparse
import fnmatch
import sys
from concurrent.futures import ThreadPoolExecutor
import os

import plait

from . import harness


def main() -> int:
    arguments = parse()
    runs = [
        (module, loop)
        for module, loop in harness.RUNS
        if (not arguments.modules or module in arguments.modules) and arguments.loop in ("", loop)
    ]
    print(f"plait {plait.__version__} {plait.build_info()['mode']}, Python {sys.version.split()[0]}")
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        reports = list(threads.map(lambda run: harness.run(*run), runs))
    for report in reports:
        show(report, arguments)
    print(harness.table(reports))
    return any(report.failures() or report.needless() for report in reports)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cpython", description=__doc__)
    parser.add_argument("modules", nargs="*", choices=[*harness.MODULES, []], metavar="module")
    parser.add_argument("-k", dest="pattern", default="*", help="show only tests whose names match, as `*lock*` does")
    parser.add_argument("-l", dest="loop", default="", choices=harness.BOTH, help="only on this loop")
    parser.add_argument("-v", dest="verbose", action="store_true", help="show tracebacks, and what is left out")
    return parser.parse_args()


def show(report: harness.Report, arguments: argparse.Namespace) -> None:
    for test, outcome in report.failures().items():
        if fnmatch.fnmatch(test, arguments.pattern):
            lines = outcome.text.strip().splitlines() or [""]
            print(f"{outcome.what} {report.loop} {report.module} {test}: {outcome.text if arguments.verbose else lines[-1][:150]}")
    for entry in report.needless():
        print(f"needless {report.loop} {report.module} {entry}")
    if arguments.verbose:
        for test, entry in report.left_out().items():
            if fnmatch.fnmatch(test, arguments.pattern):
                print(f"left out {report.loop} {report.module} {test}: {entry.kind}, {entry.why}; {report.outcomes[test].what}")


if __name__ == "__main__":
    sys.exit(main())
