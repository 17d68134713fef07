"""Runs the chosen modules at once, as many at a time as there are processors, and prints the table in the end."""

import pytest

from . import harness

REPORTS = pytest.StashKey[harness.Reports]()


@pytest.fixture(scope="session")
def reports(request: pytest.FixtureRequest) -> harness.Reports:
    """Of the modules whose tests were chosen; all of them for a test of the whole."""
    chosen = {
        item.callspec.params["run"]
        for item in request.session.items
        if "run" in getattr(getattr(item, "callspec", None), "params", ())
    }
    return request.config.stash.setdefault(REPORTS, harness.run_all([run for run in harness.RUNS if run in chosen]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reports = config.stash.get(REPORTS, None)
    if reports:
        terminalreporter.section("CPython's tests")
        terminalreporter.write_line(harness.table(list(reports.values())))
