"""The fixtures of the parity tests: what is here runs on plait's loop and on stock asyncio's, and leaves nothing behind."""

import gc
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
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

from plait import bridge

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


@pytest.fixture(autouse=True)
def idle_threads_end(nothing_left_behind: None) -> Iterator[None]:
    """Worker threads stay for the next job, and would look like something left behind."""
    yield
    if "plait.bridge.worker_pool" in sys.modules:
        sys.modules["plait.bridge.worker_pool"].end_idle_threads()


@pytest.fixture
def in_thread() -> Iterator[Callable[..., Thread]]:
    """`in_thread(function, *args)` starts a thread; all are joined in the end."""
    threads: list[Thread] = []

    def start(function: Callable[..., Any], *args: Any) -> Thread:
        thread = Thread(target=function, args=args, daemon=True)
        threads.append(thread)
        thread.start()
        return thread

    yield start
    for thread in threads:
        thread.join(10)
    threads.clear()


@pytest.fixture
def ignored() -> Callable[[], bridge.Ignored]:
    """How many have been ignored since the test began."""
    gc.collect()
    before = bridge.ignored()
    return lambda: bridge.Ignored(*(now - then for now, then in zip(bridge.ignored(), before, strict=True)))
