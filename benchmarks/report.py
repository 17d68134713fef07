"""Turns results into the table a person reads and the JSON a program reads."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.contestants import CONTESTANTS
from benchmarks.row import Row
from benchmarks.runner import FLOOR, Cell, Field, Plan, Results

MISSED = "✗"
"""Stands beside a ratio below its bar."""

ABSENT = "–"
"""Stands where nothing was measured."""

MILLISECONDS_FROM = 10_000_000
"""Nanoseconds from which on a figure is shown in milliseconds."""

PEERS = [contestant.name for contestant in CONTESTANTS if contestant.is_peer]


def reference(row: Row, cells: dict[str, Cell]) -> tuple[str, float] | None:
    """Whom plait is compared with and its figure: the fastest peer or, where the row says so, asyncio."""
    names = ["asyncio"] if row.against_asyncio else PEERS
    medians = [(value, name) for name in names if (value := median_of(cells, name)) is not None]
    return (min(medians)[1], min(medians)[0]) if medians else None


def ratio(row: Row, cells: dict[str, Cell], name: str) -> float | None:
    """How many times as good as the reference this contestant is: higher is better."""
    best, own = reference(row, cells), median_of(cells, name)
    return best[1] / own if best and own else None


def median_of(cells: dict[str, Cell], name: str) -> float | None:
    return cells[name].median if name in cells else None


def format_report(plan: Plan, field: Field, results: Results, growth: Sequence[str]) -> str:
    """The whole report: what ran, the table, and below it what the table cannot hold."""
    parts = [headline(plan, field), format_table(table(plan, results)), *growth_line(results, growth)]
    parts += [f"left out: {name}: {reason}" for name, reason in field.left_out.items()]
    parts += failures(results)
    parts += build_warnings(field)
    return "\n".join(parts)


def headline(plan: Plan, field: Field) -> str:
    versions = [f"{name} {version}" for name, version in field.versions.items() if version]
    core = "any" if plan.core is None else f"number {plan.core}"
    return (
        f"{', '.join([f'Python {platform.python_version()}', *versions])}; {os.cpu_count()} cores, run on {core}\n"
        f"Nanoseconds an operation (bytes where the row says so), median of {plan.rounds}. ×: the best peer's figure\n"
        f"divided by plait's (asyncio's for bytes and import), higher is better; {MISSED}: below the bar.\n"
    )


def table(plan: Plan, results: Results) -> list[list[str]]:
    shown = [contestant.name for contestant in plan.contestants]
    if any(row.floor for row in plan.rows):
        shown.append(FLOOR.name)
    title = ["", *shown, "best peer", "plait ×", "bar", "stock ×"]
    return [title] + [table_row(row, results[row.name], shown) for row in plan.rows]


def table_row(row: Row, cells: dict[str, Cell], shown: Sequence[str]) -> list[str]:
    best = reference(row, cells)
    bar = row.bar_on()
    return [
        row.name,
        *(format_cell(cells.get(name)) for name in shown),
        best[0] if best else ABSENT,
        format_ratio(ratio(row, cells, "plait"), bar),
        f"{bar:.2f}" if bar else "",
        format_ratio(ratio(row, cells, "plait-stock"), row.stock_bar),
    ]


def format_cell(cell: Cell | None) -> str:
    if cell is None:
        return ABSENT
    value = cell.median
    if value is None:
        return "failed" if cell.failure else ABSENT
    if abs(value) >= MILLISECONDS_FROM:
        return f"{value / 1e6:.1f} ms"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def format_ratio(value: float | None, bar: float | None) -> str:
    """Two decimals, never rounded up to a bar that was missed."""
    if value is None:
        return ABSENT
    return f"{value:.2f} {MISSED if bar and value < bar else ' '}"


def format_table(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(format_line(line, widths) for line in lines) + "\n"


def format_line(line: list[str], widths: list[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
    return "  ".join([line[0].ljust(widths[0]), *cells[1:]]).rstrip()


def growth_line(results: Results, growth: Sequence[str]) -> list[str]:
    """How much more an operation costs among the most than among the fewest; 1.00 is flat."""
    measured = [name for name in growth if any(cell.samples for cell in results.get(name, {}).values())]
    if len(measured) < 2:
        return []
    few, many = results[measured[0]], results[measured[-1]]
    pairs = [(name, median_of(many, name), median_of(few, name)) for name in few]
    parts = [f"{name} {most / least:.2f}" for name, most, least in pairs if most and least]
    return [f"{measured[-1]} against {measured[0]}: {', '.join(parts)}"]


def failures(results: Results) -> list[str]:
    """Each reason once, with the rows it spoilt."""
    rows: dict[tuple[str, str], list[str]] = {}
    for row, cells in results.items():
        for name, cell in cells.items():
            if cell.failure:
                rows.setdefault((name, cell.failure), []).append(row)
    return [f"failed: {name}: {reason} ({'; '.join(spoilt)})" for (name, reason), spoilt in rows.items()]


def build_warnings(field: Field) -> list[str]:
    warnings = (contestant.build_warning(field.builds[contestant.name]) for contestant in field.contestants)
    return [f"beware: {warning}" for warning in warnings if warning]


def to_json(plan: Plan, field: Field, results: Results) -> dict[str, Any]:
    """Everything that was measured and where, for a program to read."""
    return {
        "suite": plan.suite,
        "python": sys.version,
        "platform": platform.platform(),
        "cpu_count": os.cpu_count(),
        "core": plan.core,
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "versions": field.versions,
        "builds": field.builds,
        "left_out": field.left_out,
        "rows": [row_to_json(row, results[row.name]) for row in plan.rows],
    }


def row_to_json(row: Row, cells: dict[str, Cell]) -> dict[str, Any]:
    best = reference(row, cells)
    return {
        "name": row.name,
        "best_peer": best[0] if best else None,
        "bar": row.bar_on(),
        "stock_bar": row.stock_bar,
        "ratio": ratio(row, cells, "plait"),
        "stock_ratio": ratio(row, cells, "plait-stock"),
        "contestants": {name: asdict(cell) | {"median": cell.median} for name, cell in cells.items()},
    }
