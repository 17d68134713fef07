"""What stands in asyncio's places while one of its test modules runs, so that what is tested is plait's code.

`install` runs before the module is imported, in a process of its own: class bodies of the tests keep what they find then.
"""

import asyncio
import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import plait
from plait.poll.choose import new_poller
from plait.poll.poller import Poller
from plait.schedule.clock import Clock

# The public names that become plait's, in `asyncio` and in every submodule that holds the same object: the one in C is
# also `asyncio.futures._CFuture`, `asyncio.tasks._CTask`. The twins in Python (`_PyFuture`, `_PyTask`) stay asyncio's, and
# so the tests that mix both kinds see plait's tasks await stock futures, and stock tasks await plait's.
REPLACED = (
    "Barrier",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "Future",
    "Handle",
    "LifoQueue",
    "Lock",
    "PriorityQueue",
    "Queue",
    "QueueShutDown",
    "Runner",
    "Semaphore",
    "Task",
    "TaskGroup",
    "Timeout",
    "TimerHandle",
    "as_completed",
    "create_eager_task_factory",
    "create_task",
    "eager_task_factory",
    "ensure_future",
    "gather",
    "iscoroutine",
    "iscoroutinefunction",
    "run",
    "run_coroutine_threadsafe",
    "shield",
    "sleep",
    "timeout",
    "timeout_at",
    "to_thread",
    "wait",
    "wait_for",
)

HERE = Path(__file__).resolve().parent


class VirtualClock(Clock):
    """Time that passes only when the loop waits."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now


class JumpingPoller(Poller):
    """Instead of waiting, moves the clock to the next deadline."""

    __slots__ = ("_clock", "_real")

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._real = new_poller()

    def wait(self, timeout: float) -> int:
        count = self._real.wait(0)
        if count == 0 and timeout > 0:
            self._clock.now += timeout
        elif count == 0 and timeout < 0:
            count = self._real.wait(timeout)
        return count

    def name(self) -> str:
        return self._real.name()

    def watch(self, fd: int, readiness: int) -> None:
        self._real.watch(fd, readiness)

    def change(self, fd: int, readiness: int) -> None:
        self._real.change(fd, readiness)

    def unwatch(self, fd: int) -> None:
        self._real.unwatch(fd)

    def descriptor(self, index: int) -> int:
        return self._real.descriptor(index)

    def readiness(self, index: int) -> int:
        return self._real.readiness(index)

    def close(self) -> None:
        self._real.close()


class Loop(plait.EventLoop):
    """plait's loop with the two private things that the tear-down of every test reads."""

    _default_executor = None

    def set_default_executor(self, executor: Any) -> None:
        super().set_default_executor(executor)
        self._default_executor = executor

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self._default_executor = self._default_executor or mock.Mock()
        return future


class BaseEventLoop(Loop):
    """For tests that make a bare `BaseEventLoop` and mock its selector; plait's keeps its real poller."""


class SelectorEventLoop(Loop):
    """For tests that want a loop over a given selector."""

    def __init__(self, selector: Any = None) -> None:
        from plait.poll.select_poller import SelectPoller

        super().__init__(poller=None if selector is None else SelectPoller(selector))


class TestLoop(Loop):
    """plait's loop in virtual time, in the place of the tests' own stock one."""

    __test__ = False

    def __init__(self, gen: Any = None) -> None:
        clock = VirtualClock()
        super().__init__(clock=clock, poller=JumpingPoller(clock))
        self.virtual_clock = clock

    def advance_time(self, seconds: float) -> None:
        self.virtual_clock.now += seconds


def install(module: str, scene: str) -> None:
    """Put plait's objects in asyncio's places for ``test_<module>``; `scene` is the loop: "plait" or "stock"."""
    plait_loop_in_place(scene)
    replace_public_names()
    quiet_logger_for_mocks()


def replace_public_names() -> None:
    for name in REPLACED:
        if hasattr(asyncio, name):
            replace_everywhere(getattr(asyncio, name), getattr(plait, name))
        else:  # newer than this Python
            setattr(asyncio, name, getattr(plait, name))


def replace_everywhere(stock: Any, ours: Any) -> None:
    for module in asyncio_modules():
        for name, value in list(vars(module).items()):
            if value is stock:
                setattr(module, name, ours)


def asyncio_modules() -> list[ModuleType]:
    return [m for name, m in sys.modules.items() if name == "asyncio" or name.startswith("asyncio.")]


def plait_loop_in_place(scene: str) -> None:
    utils = importlib.import_module("test.test_asyncio.utils")  # its own loop derives from the stock one, so before
    if scene == "stock":
        return
    utils.TestLoop = TestLoop
    asyncio.unix_events._UnixDefaultEventLoopPolicy._loop_factory = Loop
    asyncio.SelectorEventLoop = asyncio.EventLoop = SelectorEventLoop
    asyncio.base_events.BaseEventLoop = BaseEventLoop
    # As stock asyncio's, the runners of tests ask the policy for a loop.
    importlib.import_module("plait.api.runner").new_event_loop = asyncio.new_event_loop


class LoggerOfAsyncio:
    """The logger that tests replace by a mock in ``asyncio.base_events``."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio.base_events.logger, name)


def quiet_logger_for_mocks() -> None:
    for name in ("plait.loop.debugging", "plait.loop.exception_handler"):
        importlib.import_module(name).logger = LoggerOfAsyncio()
