"""``python -m tests.cpython [module …] [-l loop] [-k pattern] [-v]``: run CPython's tests and show what fails."""

import argparse
import fnmatch
import sys

import plait

from . import harness


def main() -> int:
    arguments = parse()
    print(f"plait {plait.__version__} {plait.build_info()['mode']}, Python {sys.version.split()[0]}")
    runs = [
        (module, loop)
        for module, loop in harness.RUNS
        if (not arguments.modules or module in arguments.modules) and arguments.loop in (None, loop)
    ]
    reports = run_all(runs)
    show_failures(reports, arguments.pattern, arguments.verbose)
    if arguments.verbose:
        show_left_out(reports, arguments.pattern)
    print(harness.table(reports))
    return 1 if any(report.failures() or report.needless() for report in reports) else 0


def run_all(runs: list[harness.Run]) -> list[harness.Report]:
    running = harness.Runs(runs)
    try:
        return list(running.values())
    finally:
        running.close()  # after an interrupt nothing else is begun


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cpython", description="Run CPython's tests on plait.")
    parser.add_argument("modules", nargs="*", choices=[*harness.MODULES, []], metavar="module", help="as `locks`")
    parser.add_argument("-l", dest="loop", choices=harness.BOTH, help="on this loop only")
    parser.add_argument("-k", dest="pattern", default="*", help="show only tests with such names, as `LockTests.*`")
    parser.add_argument("-v", dest="verbose", action="store_true", help="show tracebacks, and what is left out")
    return parser.parse_args()


def show_failures(reports: list[harness.Report], pattern: str, verbose: bool) -> None:
    """One line a test: what several classes inherit, and what fails on both loops, is told once."""
    failures: dict[str, list[tuple[str, harness.Outcome]]] = {}
    for report in reports:
        for test, outcome in report.failures().items():
            if fnmatch.fnmatch(test, pattern):
                which, _, method = test.rpartition(".")
                failures.setdefault(f"{report.module} {method}", []).append((f"{report.loop} {which}", outcome))
        for entry in report.needless():
            print(f"passes, though left out: {report.name}: {entry.test}")
    for name, found in failures.items():
        where, outcome = found[0]
        others = f" and {len(found) - 1} more" if found[1:] else ""
        print(f"{outcome.what}: {name} ({where}{others}): {outcome.text if verbose else outcome.last_line()[:150]}")


def show_left_out(reports: list[harness.Report], pattern: str) -> None:
    for report in reports:
        for test, entry in report.left_out().items():
            if fnmatch.fnmatch(test, pattern):
                print(f"left out: {report.name}: {test}: {entry.kind}: {entry.why} ({report.outcomes[test].what})")


if __name__ == "__main__":
    sys.exit(main())
