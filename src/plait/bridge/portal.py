"""A loop in a thread of its own, for programs that are not asynchronous."""

from __future__ import annotations

import asyncio
import inspect
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import new_event_loop
from plait.api.runner import Runner
from plait.base.errors import CancelledError, LoopClosed, PortalStopped, SelfDeadlock
from plait.bridge import crossing
from plait.bridge.visit import Visit
from plait.tasks import coroutine_kinds
from plait.tasks.threads import LoopBoundFuture, run_coroutine_threadsafe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType


class Portal:
    """``with Portal() as portal: portal.call(async_function, …)``. Its methods may be called from any thread."""

    def __init__(self, *, loop_factory: Callable[[], Any] = new_event_loop, name: str = "plait portal") -> None:
        self._factory = loop_factory
        self._name = name
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begun = threading.Event()
        self._loop: Any = None
        self._stop: Any = None  # the future that ends the loop's main coroutine
        self._failure: BaseException | None = None
        self._calls: set[Any] = set()  # the tasks under way
        self._visits: set[Visit] = set()  # the context managers that threads are in
        self._accepts = False
        self._cancels = False

    # Beginning and ending.

    def start(self) -> Portal:
        """Start the thread and its loop; a portal can be started once."""
        with self._guard:
            if self._thread is not None:
                raise PortalStopped("a portal can be started once: make another Portal()")
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()
        self._begun.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        _running.add(self)
        return self

    def stop(self, *, cancel_remaining: bool = False) -> None:
        """Accept no more, wait for the calls under way, or cancel them (their callers get `PortalStopped`), end the loop.

        Context managers that threads are still in are left before it ends; those threads get `PortalStopped`, too.
        """
        thread = self._thread
        if thread is None:
            return
        if thread is threading.current_thread():
            raise SelfDeadlock(
                "stop() waits for the thread of the portal, which is this one: call it in another thread"
            )
        with self._guard:
            self._cancels = self._cancels or cancel_remaining
            if self._loop is not None and not self._loop.is_closed():
                self._accepts = False
                self._loop.call_soon_threadsafe(self._begin_to_stop)
        try:
            thread.join()
        except BaseException:  # Ctrl+C: wait no longer for what may never end
            self._cancel_rest()
            raise
        _running.discard(self)

    def _cancel_rest(self) -> None:
        self._cancels = True
        if self._thread is not None and self._thread.is_alive() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._begin_to_stop)

    def __enter__(self) -> Portal:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop(cancel_remaining=error is not None)

    # In its thread.

    def _run(self) -> None:
        try:
            with Runner(loop_factory=self._factory) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self._failure = error
            if self._begun.is_set():
                raise
        finally:
            self._accepts = False
            self._begun.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = self._loop.create_future()
        self._accepts = True
        self._begun.set()
        try:
            await self._stop
            self._cancel_calls()  # each call that was sent before has begun by now
            while self._calls:
                await asyncio.wait(self._calls)
            await self._end_visits()
        finally:
            self._accepts = False
            self._cancels = True  # should the loop end for another reason

    async def _end_visits(self) -> None:
        for visit in self._visits:
            visit.stop()
        while self._visits:
            await asyncio.wait([visit.task for visit in self._visits])

    def _begin_to_stop(self) -> None:
        if self._stop.done():
            self._cancel_calls()
        else:
            self._stop.set_result(None)

    def _cancel_calls(self) -> None:
        if self._cancels:
            for task in (*self._calls, *(visit.task for visit in self._visits if visit.is_stopped)):
                task.cancel()

    async def _do(self, function: Any, args: tuple[Any, ...]) -> Any:
        """One call, as a task that a stop finds."""
        task = asyncio.current_task()
        self._calls.add(task)
        try:
            value = function(*args)
            return await value if inspect.isawaitable(value) else value
        except CancelledError:
            if not self._cancels:
                raise
            raise PortalStopped(f"the portal was stopped while {function!r} was under way") from None
        finally:
            self._calls.discard(task)

    # For other threads.

    @property
    def loop(self) -> Any:
        """The loop, to be used as any that runs in another thread."""
        self._must_accept()
        return self._loop

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """The result of ``function(*args)``, which the loop calls, and awaits if it can be awaited."""
        self._check(function)
        with self._guard:
            self._must_accept()
            pending = crossing.begin(self._loop, self._do, (function, args), True)
        try:
            return pending.outcome()
        except LoopClosed as error:
            raise PortalStopped(f"the portal ended before it had finished {function!r}") from error

    def submit(self, function: Callable[..., Any], /, *args: Any) -> LoopBoundFuture:
        """As `call`, but it returns a `concurrent.futures.Future` at once; cancelling that cancels the call."""
        self._check(function)
        with self._guard:
            self._must_accept()
            return run_coroutine_threadsafe(self._do(function, args), self._loop)  # type: ignore[return-value]

    @contextmanager
    def enter(self, manager: AbstractAsyncContextManager[Any]) -> Iterator[Any]:
        """An asynchronous context manager as a plain one; entered and left on the loop, by one task and in one context.

        A timeout or a task group in it that interrupts the block has it left at once: the error comes when the block ends.
        """
        visit = Visit(manager, self._visits)
        try:
            value = self.call(visit.enter)
            try:
                yield value
            except BaseException as error:
                if not self._leave(visit, error):
                    raise
            else:
                self._leave(visit, None)
        finally:
            visit.forget()

    def _leave(self, visit: Visit, error: BaseException | None) -> bool:
        try:
            pending = crossing.begin(self._loop, self._do, (visit.leave, (error,)), True)
        except RuntimeError:
            if not self._loop.is_closed():
                raise
            return visit.outcome()
        try:
            return pending.outcome()  # type: ignore[no-any-return]
        except LoopClosed:
            return visit.outcome()

    def _check(self, function: Any) -> None:
        if coroutine_kinds.is_coroutine(function):
            raise TypeError(
                f"the function is needed, and its arguments apart: call(f, x), not call(f(x)); got {function!r}"
            )
        if not callable(function):
            raise TypeError(f"a function is needed that the loop can call, got {function!r}")

    def _must_accept(self) -> None:
        if self._accepts:
            return
        state = (
            "has not been started: portal.start(), or with Portal() as portal"
            if self._thread is None
            else "was stopped"
        )
        raise PortalStopped(f"the portal {state}")


_running: weakref.WeakSet[Portal] = weakref.WeakSet()


def _stop_all() -> None:
    """At the end of the program: cancel what is left, so that its clean-up runs."""
    for portal in list(_running):
        portal.stop(cancel_remaining=True)


threading._register_atexit(_stop_all)  # type: ignore[attr-defined]
