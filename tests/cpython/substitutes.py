"""What stands in asyncio's places while one of its test modules runs, so that what is tested is plait's code.

`install` runs before the module is imported, since the class bodies of the tests keep what they find then; `adapt`, after.
Each module has a process of its own, so nothing is ever put back.
"""

import asyncio
import functools
import importlib
import selectors
import sys
import textwrap
from asyncio import base_events, unix_events
from pathlib import Path
from typing import Any
from unittest import mock

import plait
from plait.poll.choose import new_poller
from plait.poll.poller import Poller
from plait.poll.select_poller import SelectPoller
from plait.schedule.clock import Clock

# The public names that become plait's, in `asyncio` and in every submodule that holds the same object: `asyncio.Task` is
# also `asyncio.tasks.Task` and `asyncio.tasks._CTask`. Its twin in Python, `_PyTask`, stays asyncio's, and `_PyFuture`, so
# the tests that mix both kinds see plait's tasks await stock futures, and stock tasks await plait's.
# Every loop makes its own `Handle` and `TimerHandle`; only the tests of these two classes get plait's, see `install`.
REPLACED = (
    "Barrier",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "Future",
    "LifoQueue",
    "Lock",
    "PriorityQueue",
    "Queue",
    "QueueShutDown",
    "Runner",
    "Semaphore",
    "StreamReader",
    "StreamReaderProtocol",
    "StreamWriter",
    "Task",
    "TaskGroup",
    "Timeout",
    "as_completed",
    "create_eager_task_factory",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "create_task",
    "eager_task_factory",
    "ensure_future",
    "gather",
    "iscoroutine",
    "iscoroutinefunction",
    "open_connection",
    "open_unix_connection",
    "run_coroutine_threadsafe",
    "shield",
    "sleep",
    "start_server",
    "start_unix_server",
    "timeout",
    "timeout_at",
    "to_thread",
    "wait",
    "wait_for",
)

# Turns of a loop that run all that is ready, through the longest chain of callbacks that the tests of gather() make.
SETTLING_TURNS = 20

PACKAGE = Path(__file__).resolve().parent


def install(module: str, loop: str) -> None:
    """Put plait's objects in asyncio's places for ``test_<module>``; `loop`, "plait" or "asyncio", says whose loop runs."""
    utils = importlib.import_module("test.test_asyncio.utils")  # now, since its own loop derives from the stock one
    if loop == "plait":
        utils.TestLoop = TestLoop
        install_loop()
    # `run` and `Runner` of the tests get their loop where asyncio's do: from the policy, which the test may have set.
    importlib.import_module("plait.api.runner").new_event_loop = asyncio.new_event_loop  # type: ignore[attr-defined]
    for name in REPLACED:
        if hasattr(asyncio, name):
            replace_everywhere(getattr(asyncio, name), getattr(plait, name))
        else:  # newer than this Python
            setattr(asyncio, name, getattr(plait, name))
    replace_everywhere(asyncio.run, functools.partial(plait.run, nested=False))
    if module == "events":
        asyncio.Handle, asyncio.TimerHandle = plait.Handle, plait.TimerHandle  # type: ignore[misc, assignment]
    log_where_the_tests_look()


def adapt(module: str, loop: str, tests: Any) -> None:
    """Replace what the tests themselves know of the inside of asyncio's loop, and public calls do as well."""
    if module == "tasks" and loop == "plait":
        tests.GatherTestsBase._run_loop = run_until_nothing_is_ready
    if module == "base_events":
        tests.assert_python_ok = python_with_plait(tests.assert_python_ok)


def replace_everywhere(stock: Any, ours: Any) -> None:
    modules = [m for name, m in sys.modules.items() if name == "asyncio" or name.startswith("asyncio.")]
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is stock:
                setattr(module, name, ours)


# The loop.


def install_loop() -> None:
    unix_events._UnixDefaultEventLoopPolicy._loop_factory = Loop  # type: ignore[attr-defined]
    asyncio.SelectorEventLoop = SelectorEventLoop  # type: ignore[misc, assignment]
    asyncio.EventLoop = SelectorEventLoop  # type: ignore[misc, assignment, attr-defined, unused-ignore]
    base_events.BaseEventLoop = Loop  # type: ignore[misc, assignment]


class Loop(plait.EventLoop):
    """plait's loop, with the private names by which the tests turn it by hand and tidy up after it.

    A mock that a test hangs in the place of its selector (``loop._selector = Mock()``) has no effect.
    """

    _default_executor: Any = None

    def _run_once(self) -> None:
        self.call_soon(self.stop)
        self.run_forever()

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self._default_executor = self._default_executor or mock.Mock()  # has the tear-down shut it down
        return future

    def set_default_executor(self, executor: Any) -> None:
        super().set_default_executor(executor)
        self._default_executor = executor


class SelectorEventLoop(Loop):
    """For tests that choose a selector."""

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        super().__init__(poller=None if selector is None else SelectPoller(selector))


class TestLoop(Loop):
    """In the place of the tests' own loop, whose time is virtual.

    There, a generator tells how far the time goes after each turn; here, it goes to the next deadline if nothing is ready.
    """

    __test__ = False

    def __init__(self, gen: Any = None) -> None:
        clock = VirtualClock()
        super().__init__(clock=clock, poller=SkippingPoller(clock))
        self.virtual_clock = clock

    def advance_time(self, advance: float) -> None:
        self.virtual_clock.now += advance


class VirtualClock(Clock):
    """Time that passes only when told to."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now


class SkippingPoller(Poller):
    """Where another would wait, moves the clock forward."""

    __slots__ = ("clock", "real")

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.real = new_poller()

    def wait(self, timeout: float) -> int:
        if timeout < 0:
            return self.real.wait(timeout)
        count = self.real.wait(0)
        if count == 0:
            self.clock.now += timeout
        return count

    def name(self) -> str:
        return self.real.name()

    def watch(self, fd: int, readiness: int) -> None:
        self.real.watch(fd, readiness)

    def change(self, fd: int, readiness: int) -> None:
        self.real.change(fd, readiness)

    def renew(self, fd: int, readiness: int, once: bool) -> None:
        self.real.renew(fd, readiness, once)

    def unwatch(self, fd: int) -> None:
        self.real.unwatch(fd)

    def descriptor(self, index: int) -> int:
        return self.real.descriptor(index)

    def readiness(self, index: int) -> int:
        return self.real.readiness(index)

    def close(self) -> None:
        self.real.close()


# What surrounds it.


class LoggerOfAsyncio:
    """Whatever is `asyncio.base_events.logger` when something is logged: tests put a mock there."""

    def __getattr__(self, name: str) -> Any:
        return getattr(base_events.logger, name)  # type: ignore[attr-defined]


def log_where_the_tests_look() -> None:
    for name in ("plait.loop.debugging", "plait.loop.exception_handler"):
        importlib.import_module(name).logger = LoggerOfAsyncio()  # type: ignore[attr-defined]


def run_until_nothing_is_ready(test: Any, loop: Any) -> None:
    """Asks the loop for turns, and not whether ``loop._ready`` is empty."""
    for _ in range(SETTLING_TURNS):
        loop._run_once()


def python_with_plait(assert_python_ok: Any) -> Any:
    """`assert_python_ok` with code in which ``asyncio.new_event_loop()`` makes plait's loop, under ``-E`` as well."""
    places = [str(PACKAGE.parent), str(Path(plait.__file__).resolve().parents[1])]
    prelude = textwrap.dedent(f"""
        import sys
        sys.path[:0] = {places!r}
        from {PACKAGE.name} import substitutes
        substitutes.install_loop()
    """)

    def run(*args: str, **environment: str) -> Any:
        *options, code = args
        return assert_python_ok(*options, prelude + code, **environment)

    return run
