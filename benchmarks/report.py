"""Turns results into the table a person reads and the JSON a program reads."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.contestants import CONTESTANTS
from benchmarks.row import Row
from benchmarks.runner import FLOOR, Cell, Field, Plan, Results

MISSED = "✗"
"""Stands beside a ratio that misses its bar."""

ABSENT = "–"
"""Stands where nothing was measured."""

MILLISECONDS_FROM = 10_000_000
"""Nanoseconds from which on a figure is shown in milliseconds."""

PEERS = [contestant.name for contestant in CONTESTANTS if contestant.is_peer]


@dataclass(frozen=True)
class Rival:
    """Whom plait is compared with in a row: the peer whose figure, given its bar, is the hardest to reach."""

    name: str
    figure: float
    bar: float | None

    @property
    def target(self) -> float:
        return self.figure / (self.bar or 1)


def rival(row: Row, cells: dict[str, Cell]) -> Rival | None:
    names = [row.against] if row.against else PEERS
    found = [Rival(name, figure, row.bar_here(name)) for name in names if (figure := median_of(cells, name))]
    return min(found, key=lambda one: one.target, default=None)


def ratio(row: Row, cells: dict[str, Cell], name: str) -> float | None:
    """How many times as good as the rival this contestant is: higher is better."""
    best, own = rival(row, cells), median_of(cells, name)
    return best.figure / own if best and own else None


def share_of_floor(cells: dict[str, Cell]) -> float | None:
    """How many times the floor's cost plait's is: lower is better."""
    floor, own = median_of(cells, FLOOR.name), median_of(cells, "plait")
    return own / floor if floor and own else None


def median_of(cells: dict[str, Cell], name: str) -> float | None:
    return cells[name].median if name in cells else None


def format_report(plan: Plan, field: Field, results: Results) -> str:
    """The whole report: what ran, the table, and below it what the table cannot hold."""
    parts = [headline(plan, field), format_table(table(plan, results)), *growth_line(results, plan.suite.growth)]
    parts += [f"left out: {name}: {reason}" for name, reason in field.left_out.items()]
    parts += reasons(results, "failed", lambda cell: cell.failure)
    parts += reasons(results, ABSENT, lambda cell: cell.lacking)
    parts += build_warnings(field)
    return "\n".join(parts)


def headline(plan: Plan, field: Field) -> str:
    versions = [f"{name} {version}" for name, version in field.versions.items() if version]
    core = "any" if plan.core is None else f"number {plan.core}"
    return (
        f"{', '.join([f'Python {platform.python_version()}', *versions])}; {os.cpu_count()} cores, run on {core}\n"
        f"{plan.suite.explanation} Medians of the faster half of {plan.rounds} rounds. {MISSED}: misses the bar.\n"
    )


def table(plan: Plan, results: Results) -> list[list[str]]:
    shown = [contestant.name for contestant in plan.contestants]
    titles = ["", *shown]
    if any(row.floor for row in plan.rows):
        shown.append(FLOOR.name)
        titles.append(plan.suite.floor_title)
    columns = ratio_columns(plan)
    titles += [title for column in columns for title in column.titles]
    return [titles] + [table_row(row, results[row.name], shown, columns) for row in plan.rows]


def table_row(row: Row, cells: dict[str, Cell], shown: Sequence[str], columns: Sequence[Column]) -> list[str]:
    figures = [format_cell(cells.get(name)) for name in shown]
    return [row.name, *figures, *(text for column in columns for text in column.texts(row, cells))]


@dataclass(frozen=True)
class Column:
    """One or more columns about plait's standing: their titles, and their texts in a row."""

    titles: tuple[str, ...]
    texts: Callable[[Row, dict[str, Cell]], tuple[str, ...]]


def ratio_columns(plan: Plan) -> list[Column]:
    """What the suite's rows promise decides which there are."""
    columns = [Column(("best peer", "plait ×", "bar"), peer_texts)]
    if any(row.stock_bar for row in plan.suite.rows):
        columns.append(Column(("stock ×",), stock_texts))
    if any(row.most for row in plan.suite.rows):
        title = plan.suite.floor_title
        columns.append(Column((f"plait ÷ {title}", "at most"), floor_texts))
    return columns


def peer_texts(row: Row, cells: dict[str, Cell]) -> tuple[str, ...]:
    best = rival(row, cells)
    if best is None:
        return ABSENT, ABSENT, f"{row.bar:.2f}" if row.bar else ""
    return best.name, format_ratio(ratio(row, cells, "plait"), best.bar), f"{best.bar:.2f}" if best.bar else ""


def stock_texts(row: Row, cells: dict[str, Cell]) -> tuple[str, ...]:
    return (format_ratio(ratio(row, cells, "plait-stock"), row.stock_bar),)


def floor_texts(row: Row, cells: dict[str, Cell]) -> tuple[str, ...]:
    share = share_of_floor(cells)
    if share is None:
        return ABSENT, f"{row.most:.2f}" if row.most else ""
    return f"{share:.2f} {MISSED if row.most and share > row.most else ' '}", f"{row.most:.2f}" if row.most else ""


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


def reasons(results: Results, title: str, reason_of: Callable[[Cell], str | None]) -> list[str]:
    """Each reason once, with the rows it spoilt."""
    rows: dict[tuple[str, str], list[str]] = {}
    for row, cells in results.items():
        for name, cell in cells.items():
            if reason := reason_of(cell):
                rows.setdefault((name, reason), []).append(row)
    return [f"{title}: {name}: {reason} ({'; '.join(spoilt)})" for (name, reason), spoilt in rows.items()]


def build_warnings(field: Field) -> list[str]:
    warnings = (contestant.build_warning(field.builds[contestant.name]) for contestant in field.contestants)
    return [f"beware: {warning}" for warning in warnings if warning]


def to_json(plan: Plan, field: Field, results: Results) -> dict[str, Any]:
    """Everything that was measured and where, for a program to read."""
    return {
        "suite": plan.suite.name,
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
    best = rival(row, cells)
    return {
        "name": row.name,
        "best_peer": best.name if best else None,
        "bar": best.bar if best else row.bar,
        "stock_bar": row.stock_bar,
        "ratio": ratio(row, cells, "plait"),
        "stock_ratio": ratio(row, cells, "plait-stock"),
        "most": row.most,
        "share_of_floor": share_of_floor(cells),
        "contestants": {name: asdict(cell) | {"median": cell.median} for name, cell in cells.items()},
    }
