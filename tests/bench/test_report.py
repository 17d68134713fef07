"""What the table says of figures that are made up."""

from typing import Any

import pytest
from benchmarks.contestants import select_contestants
from benchmarks.core.rows import SUITE
from benchmarks.report import floor_texts, rival
from benchmarks.row import Row
from benchmarks.runner import Cell, Plan, note_answer, run_step
from benchmarks.suite import Suite


def cell(value: float) -> Cell:
    return Cell(samples=[value])


def row(**promises: Any) -> Row:
    return Row(name="row", **promises)


def rival_of(row: Row, **figures: float) -> Any:
    return rival(row, {name: cell(figure) for name, figure in figures.items()})


def test_the_rival_is_the_best_peer() -> None:
    best = rival_of(row(bar=2.0), plait=1, asyncio=30, uvloop=10, blazio=20)
    assert (best.name, best.figure, best.bar) == ("uvloop", 10, 2.0)


def test_a_bar_of_its_own_makes_a_slower_peer_the_rival() -> None:
    best = rival_of(row(bar=1.0, bars={"uvloop": 1.25}), uvloop=11, blazio=10)
    assert (best.name, best.bar) == ("uvloop", 1.25)


def test_a_row_may_name_its_rival() -> None:
    assert rival_of(row(bar=1.0, against="asyncio"), asyncio=30, uvloop=10).name == "asyncio"


def test_nobody_to_compare_with() -> None:
    assert rival_of(row(bar=1.0), plait=1) is None


@pytest.mark.parametrize(("plait", "mark"), [(1.1, ""), (1.2, " ✗")])
def test_the_share_of_the_floor_is_marked_where_it_misses_its_bar(plait: float, mark: str) -> None:
    texts = floor_texts(row(floor=True, most=1.15), {"plait": cell(plait), "floor": cell(1.0)})
    assert [text.rstrip() for text in texts] == [f"{plait:.2f}{mark}", "1.15"]


def test_what_a_peer_lacks_is_no_failure_and_what_plait_lacks_is_one() -> None:
    cells = {contestant.name: Cell() for contestant in select_contestants(["plait", "rloop"])}
    for contestant in select_contestants(["plait", "rloop"]):
        note_answer({"lacking": "no TLS"}, contestant, cells[contestant.name])
    assert cells["plait"].failure == cells["rloop"].lacking == "no TLS"
    assert cells["plait"].lacking is cells["rloop"].failure is None


def test_a_worker_that_hangs_is_stopped_and_told() -> None:
    suite = Suite(name="core", rows=SUITE.rows, explanation="", patience=1.0)
    contestants = select_contestants(["asyncio"])
    plan = Plan(suite=suite, rows=[SUITE.rows[0]], contestants=contestants, rounds=1, seconds=100.0, core=None)
    hung = Cell()
    run_step(plan, SUITE.rows[0], contestants[0], hung)
    assert hung.failure == "not done after 1 s"
