"""The command line of `scripts/bench`: which suite, which rows and contestants, how thoroughly."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, Contestant, select_contestants
from benchmarks.report import format_report, to_json
from benchmarks.row import Row, select_rows
from benchmarks.runner import Field, Plan, Results, find_field, run_plan
from benchmarks.side_by_side import run_side_by_side
from benchmarks.suite import Suite

SUITES = ("core", "net", "bridge", "http")


def main() -> int:
    options = parse_options()
    suite: Suite = import_module(f"benchmarks.{options.suite}.rows").SUITE
    try:
        rows, wanted = chosen_rows(suite.rows, options), chosen_contestants(suite, options)
        suite.prepare()
    except LookupError as error:
        print(f"scripts/bench: {error.args[0]}", file=sys.stderr)
        return 2
    field = find_field(wanted)
    plan = make_plan(suite, options, rows, field)
    results = run_side_by_side(plan) if suite.side_by_side else run_plan(plan)
    print(format_report(plan, field, results))
    if options.json:
        options.json.write_text(json.dumps(to_json(plan, field, results), indent=1) + "\n")
    return 1 if is_plait_broken(field, results) else 0


def parse_options() -> argparse.Namespace:
    known = [contestant.name for contestant in CONTESTANTS]
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Benchmarks plait beside its peers.")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--quick", action="store_true", help="one short run each, without the slowest rows")
    parser.add_argument("--rows", action="append", metavar="A,B", help="only rows with these names or parts of names")
    parser.add_argument("--loops", metavar="A,B", help=f"only these contestants, of {', '.join(known)}")
    parser.add_argument("--repeat", type=int, metavar="N", help="runs of each, interleaved (default 3; quick: 1)")
    parser.add_argument("--core", type=int, help="the core to run on (default: the last this process may use)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to this file")
    return parser.parse_args()


def chosen_rows(rows: Sequence[Row], options: argparse.Namespace) -> list[Row]:
    """The rows asked for; a quick run leaves out the slow ones that were not."""
    if options.rows:
        return select_rows(rows, [word for text in options.rows for word in row_words(rows, text)])
    return [row for row in rows if not (options.quick and row.is_slow)]


def row_words(rows: Sequence[Row], text: str) -> list[str]:
    """Some names have commas in them, so a whole name is tried before the text is cut."""
    if any(row.name == text for row in rows):
        return [text]
    return [word for part in text.split(",") if (word := part.strip())]


def chosen_contestants(suite: Suite, options: argparse.Namespace) -> list[Contestant]:
    if options.loops:
        return select_contestants(options.loops.split(","))
    return [contestant for contestant in suite.contestants if contestant.name not in suite.unasked]


def make_plan(suite: Suite, options: argparse.Namespace, rows: list[Row], field: Field) -> Plan:
    return Plan(
        suite=suite,
        rows=rows,
        contestants=field.contestants,
        rounds=options.repeat or (1 if options.quick else suite.rounds),
        seconds=suite.quick_seconds if options.quick else suite.seconds,
        core=last_core() if options.core is None else options.core,
    )


def last_core() -> int | None:
    """A core this process may use; None where the system pins no process."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def is_plait_broken(field: Field, results: Results) -> bool:
    """Whether a plait asked for did not start or failed a row; slowness, and what a peer does, are no failure."""
    ours = [contestant.name for contestant in CONTESTANTS if not contestant.is_peer]
    failed = {name for cells in results.values() for name, cell in cells.items() if cell.failure}
    return any(name in field.left_out or name in failed for name in ours)


if __name__ == "__main__":
    sys.exit(main())
