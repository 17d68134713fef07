"""One loop for all async tests and fixtures that are alive at a time: each holds a lease, and the last one closes it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import new_event_loop
from plait.api.runner import Runner
from plait.base import limits
from plait.base.errors import LeftBehind
from plait.tasks.gather import gather
from plait.tasks.wait import wait
from plait.testing import left_behind
from plait.testing.never_awaited import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from plait.testing.options import Options

current_lease: contextvars.ContextVar[Lease] = contextvars.ContextVar("the lease of the test or fixture that runs")


class SharedLoop:
    """Makes a loop for the first lease, and closes it with the last."""

    def __init__(self) -> None:
        self._runner: Runner | None = None
        self._leases = 0
        self.reports: list[dict[str, Any]] = []
        """What reached the loop's exception handler since somebody looked."""

    def enter(self) -> Runner:
        if self._runner is None:
            self._runner = Runner(loop_factory=new_event_loop)
            self._runner.get_loop().set_exception_handler(self._report)
        self._leases += 1
        return self._runner

    def leave(self) -> None:
        self._leases -= 1
        if self._leases == 0 and self._runner is not None:
            runner, self._runner = self._runner, None
            runner.close()

    def _report(self, loop: Any, report: dict[str, Any]) -> None:
        self.reports.append(report)
        loop.default_exception_handler(report)


class Lease:
    """What a test, or a fixture that outlives it, has of the loop; it knows its own tasks by their context."""

    def __init__(self, shared: SharedLoop, holder: str, options: Options) -> None:
        self._shared = shared
        self._holder = holder
        self.options = options
        self._watch = Watch(options.fail_on_never_awaited)
        self._runner = shared.enter()

    def run(self, coroutine: Coroutine[Any, Any, Any], context: contextvars.Context) -> Any:
        """Run `coroutine` to its end, in `context`."""
        __tracebackhide__ = True
        loop = self._runner.get_loop()
        if loop.is_running():
            coroutine.close()
            raise RuntimeError(
                f"{self._holder} asks for an async fixture while the loop runs: make the fixture an argument, "
                "in the place of request.getfixturevalue()"
            )
        context.run(current_lease.set, self)
        return self._watching(partial(self._runner.run, coroutine, context=context), context)

    def _watching(self, function: Callable[[], Any], context: contextvars.Context | None = None) -> Any:
        """Call `function`, and keep which coroutines were not awaited. What it does is done in `context`."""
        __tracebackhide__ = True
        context = contextvars.copy_context() if context is None else context
        context.run(self._watch.begin)
        try:
            return function()
        finally:
            context.run(self._watch.end)

    def check(self) -> None:
        """Raise `LeftBehind` for what the holder has left behind."""
        __tracebackhide__ = True
        self._raise(self._end_tasks())

    def close(self) -> None:
        """Give the loop back, and check; what is reported while the loop closes counts, too."""
        __tracebackhide__ = True
        tasks: list[str] = []
        try:
            tasks = self._end_tasks()
        finally:
            self._watching(self._shared.leave)
        self._raise(tasks)

    def _raise(self, tasks: list[str]) -> None:
        """Raise `LeftBehind` for `tasks`, and for all else that was noticed."""
        __tracebackhide__ = True
        self._watching(partial(gc.collect, 1))  # of what was forgotten, much is held by cycles of its own
        never_awaited = self._watch.take()
        reports, self._shared.reports = self._shared.reports, []
        found = []
        if self.options.fail_on_leaked_tasks:
            found += left_behind.leaked_tasks(tasks)
        found += left_behind.never_awaited(never_awaited)
        if self.options.fail_on_unhandled_errors:
            found += left_behind.unhandled_errors(reports)
        if found:
            raise LeftBehind("\n".join([f"{self._holder} is over, but:", *found])) from left_behind.cause(reports)

    def _end_tasks(self) -> list[str]:
        """Let the holder's tasks end, cancel those that do not, and return what these were."""
        tasks = self._tasks()
        return self._runner.run(_end(tasks), context=contextvars.Context()) if tasks else []

    def _tasks(self) -> list[Any]:
        return [task for task in asyncio.all_tasks(self._runner.get_loop()) if self._holds(task)]

    def _holds(self, task: Any) -> bool:
        if not hasattr(task, "get_context"):  # a task of asyncio's own, up to Python 3.11
            return True
        return task.get_context().get(current_lease) is self


async def _end(tasks: list[Any]) -> list[str]:
    _, running = await wait(tasks, timeout=limits.LEFT_TASK_SECONDS)
    left = [repr(task) for task in running]
    for task in running:
        task.cancel()
    await gather(*running, return_exceptions=True)
    return left
