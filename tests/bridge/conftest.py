"""The fixtures of the parity tests: what is here runs on plait's loop and on stock asyncio's, and leaves nothing behind."""

from parity.conftest import (
    aio,
    error_log,
    loop,
    nothing_left_behind,
    pytest_pyfunc_call,
    pytest_runtest_makereport,
    reports,
    run_script,
    turns,
)

__all__ = [
    "aio",
    "error_log",
    "loop",
    "nothing_left_behind",
    "pytest_pyfunc_call",
    "pytest_runtest_makereport",
    "reports",
    "run_script",
    "turns",
]
