"""Sets async fixtures up on the shared loop, and tears each down in the task and the context that set it up."""

from __future__ import annotations

import contextvars
import functools
import inspect
from typing import TYPE_CHECKING, Any

from plait.base.errors import CancelledError
from plait.tasks.future import Future
from plait.tasks.spawn import create_task
from plait.tasks.wait import wait
from plait.testing.async_tests import lease_of, loop_of
from plait.testing.options import Options
from plait.testing.shared_loop import Lease, current_lease

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator


def synchronous(definition: Any, request: Any) -> Callable[..., Any]:
    """A plain generator function for pytest, that does what the async function of `definition` does."""
    function = _bound(definition.func, request.instance)

    @functools.wraps(function)
    def plait_fixture(*arguments: Any, **named: Any) -> Generator[Any, None, None]:
        __tracebackhide__ = True
        lease, is_own = _lease_for(definition, request)
        try:
            if inspect.isasyncgenfunction(function):
                yield from _lasting(lease, definition.argname, function(*arguments, **named))
            else:
                yield from _once(lease, function(*arguments, **named))
        finally:
            if is_own:
                lease.close()

    return plait_fixture


def _bound(function: Any, instance: Any) -> Any:
    """A method of a test's class belongs to the instance of this test."""
    if instance is not None and inspect.ismethod(function) and type(function.__self__) is type(instance):
        return function.__func__.__get__(instance)
    return function


def _lease_for(definition: Any, request: Any) -> tuple[Lease, bool]:
    """That of the test if the fixture ends with it; else one of its own, which it has to close."""
    if definition.scope == "function":
        return lease_of(request._pyfuncitem), False
    options = Options.configured(request.config)
    return Lease(loop_of(request.config), f"{definition.scope} fixture {definition.argname}", options), True


def _once(lease: Lease, coroutine: Any) -> Generator[Any, None, None]:
    __tracebackhide__ = True
    context = contextvars.copy_context()
    value = lease.run(coroutine, context)
    undo = _take_over(context)
    yield value
    undo()


def _lasting(lease: Lease, name: str, generator: AsyncGenerator[Any, None]) -> Generator[Any, None, None]:
    __tracebackhide__ = True
    context = contextvars.copy_context()
    life = _Life(name, generator, context)
    value = lease.run(life.set_up(), context)
    undo = _take_over(context)
    yield value
    undo()
    lease.run(life.tear_down(), context)


def _take_over(context: contextvars.Context) -> Callable[[], None]:
    """Give the tests, and the fixtures that follow, the context variables that this one has set, until `undo()`."""
    now = contextvars.copy_context()
    changed = [(variable, value) for variable, value in context.items() if now.get(variable, _UNSET) is not value]
    tokens = [(variable, variable.set(value)) for variable, value in changed if variable is not current_lease]

    def undo() -> None:
        for variable, token in reversed(tokens):
            variable.reset(token)

    return undo


_UNSET: Any = object()


class _Life:
    """A generator fixture from set-up to tear-down in one task, as task groups and timeouts around a `yield` need it."""

    def __init__(self, name: str, generator: AsyncGenerator[Any, None], context: contextvars.Context) -> None:
        self._name = name
        self._generator = generator
        self._context = context

    async def set_up(self) -> Any:
        __tracebackhide__ = True
        self._is_over: Future = Future()
        self._value: Future = Future()
        self._task = create_task(self._live(), name=f"fixture {self._name}", context=self._context)
        await wait([self._value, self._task], return_when="FIRST_COMPLETED")
        return self._value.result() if self._value.done() else await self._task

    async def tear_down(self) -> None:
        __tracebackhide__ = True
        if not self._is_over.done():
            self._is_over.set_result(None)
        await self._task

    async def _live(self) -> None:
        __tracebackhide__ = True
        async for value in self._generator:
            if self._value.done():
                await self._generator.aclose()
                raise RuntimeError(f"fixture {self._name} yields a second time: a fixture yields once")
            self._value.set_result(value)
            await self._wait_for_the_end()
        if not self._value.done():
            raise RuntimeError(f"fixture {self._name} ended without a yield")

    async def _wait_for_the_end(self) -> None:
        """A task group around the `yield` cancels this task when one of its tasks fails: the generator is to hear of it."""
        __tracebackhide__ = True
        try:
            await self._is_over
        except CancelledError as error:
            await self._pass_on(error)

    async def _pass_on(self, error: CancelledError) -> None:
        __tracebackhide__ = True
        try:
            await self._generator.athrow(error)
        except StopAsyncIteration:
            return
        raise RuntimeError(f"fixture {self._name} yields a second time: a fixture yields once")
