"""Runs inside a run, on plait; what no test may leave behind is what `parity` says."""

from parity.conftest import error_log, nothing_left_behind, pytest_runtest_makereport

__all__ = ["error_log", "nothing_left_behind", "pytest_runtest_makereport"]
