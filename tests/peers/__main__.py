"""``python -m tests.peers [peer …] [--install]``: run the suites of others on stock asyncio and on plait, and compare."""

import argparse
import sys
import time
from pathlib import Path

import plait

from . import explained, runs, sources
from .comparison import Comparison
from .suites import SUITES, Suite

ROOT = Path(__file__).resolve().parents[2] / "build" / "peers"
MOST_AGAIN = 300  # tests; when more have failed, something is wrong that a second run does not mend
MOST_ALONE = 40  # tests, of some seconds each


def main() -> int:
    arguments = _parse()
    print(f"plait {plait.__version__} {plait.build_info()['mode']}, Python {sys.version.split()[0]}", flush=True)
    way = "install" if arguments.install else "loop"
    found = {name: _judge(SUITES[name], way) for name in arguments.peers or SUITES}
    unexplained = sum(number or 0 for number in found.values())
    print(f"\n{unexplained} passed on stock asyncio only, and have no explanation")
    missing = [name for name, number in found.items() if number is None]
    if missing:
        print(f"not compared, for want of tests: {', '.join(missing)}")
    return 1 if unexplained else 0


def _parse() -> argparse.Namespace:
    without = "The sdists of websockets have no tests: they are run if they are in build/peers/websockets-VERSION."
    parser = argparse.ArgumentParser(prog="scripts/peer-suites", description=__doc__, epilog=without)
    parser.add_argument("peers", nargs="*", metavar="PEER", choices=[*SUITES, []], help=f"of {', '.join(SUITES)}")
    parser.add_argument("--install", action="store_true", help="plait by plait.install(), in place of its loop alone")
    return parser.parse_args()


def _judge(suite: Suite, way: str) -> int | None:
    """Run one suite and print what came of it; returns how many tests have no explanation, None if there are no tests."""
    source = sources.fetch(suite, ROOT)
    print(f"\n{suite.name} {source.version}", flush=True)
    if not source.has_tests:
        print(f"  NOT COMPARED: its sdist has no tests; put them into {source.folder} to run them")
        return None
    stock = _run(source, "asyncio")
    if not any(outcome.what == "passed" for outcome in stock.values()):
        raise SystemExit(f"  nothing passed on stock asyncio: see {source.folder / 'asyncio.log'}")
    plaits = _run(source, way)
    explanations = [entry for entry in explained.load() if entry.suite == suite.name]
    comparison = Comparison(stock, plaits, explanations)
    _run_again(source, way, comparison)
    _show(comparison)
    return len(comparison.unexplained())


def _run(source: sources.Source, way: str) -> runs.Outcomes:
    began = time.monotonic()
    outcomes = runs.run(source, way)
    count = {
        what: sum(outcome.what == what for outcome in outcomes.values()) for what in ("passed", "failed", "skipped")
    }
    counts = ", ".join(f"{number} {what}" for what, number in count.items())
    print(f"  {way}: {counts}, in {time.monotonic() - began:.0f} s", flush=True)
    return outcomes


def _run_again(source: sources.Source, way: str, comparison: Comparison) -> None:
    """Tests of others depend on time and on each other: what fails again, and then in a process of its own, fails."""
    failed = comparison.only_on_stock()
    if failed and len(failed) <= MOST_AGAIN:
        comparison.again.update(runs.run(source, way, failed))
    for test in comparison.unexplained()[:MOST_ALONE]:
        comparison.again.update(runs.run(source, way, [test]))


def _show(comparison: Comparison) -> None:
    print(f"  passed on both: {len(comparison.both())}")
    print(f"  passed on plait only: {len(comparison.only_on_plait())}")
    print(f"  passed on plait when run again: {len(comparison.passed_again())}")
    for test in comparison.passed_again():
        print(f"    {test}")
    listed = comparison.explained()
    print(f"  passed on stock asyncio only: {len(comparison.only_on_stock())}, of which explained: {len(listed)}")
    for test, explanation in listed.items():
        print(f"    {test}\n      {explanation.reason}")
    for test in comparison.unexplained():
        print(f"    NOT EXPLAINED {test}\n      {comparison.reason(test)}")
    for entry in comparison.needless():
        print(f"  explained in vain, all of it passes: {entry.tests}")


if __name__ == "__main__":
    sys.exit(main())
