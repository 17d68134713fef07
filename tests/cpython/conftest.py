"""Runs the chosen modules at once, as many at a time as there are processors, and prints the table in the end."""

from collections.abc import Iterator

import pytest

from . import harness

REPORTS = pytest.StashKey[harness.Reports]()


@pytest.fixture(scope="session")
def reports(request: pytest.FixtureRequest) -> Iterator[harness.Reports]:
    """Of the modules whose tests were chosen; all of them where only a test of the whole was."""
    chosen = {
        item.callspec.params["run"]
        for item in request.session.items
        if "run" in getattr(getattr(item, "callspec", None), "params", ())
    }
    runs = harness.Runs([run for run in harness.RUNS if run in chosen or not chosen])
    yield runs
    request.config.stash[REPORTS] = runs.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reports = config.stash.get(REPORTS, None)
    if reports:
        terminalreporter.section("CPython's tests")
        terminalreporter.write_line(harness.table(list(reports.values())))
