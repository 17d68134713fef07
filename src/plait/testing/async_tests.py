"""Runs an `async def` test on the shared loop."""

from __future__ import annotations

import contextvars
import inspect
from typing import TYPE_CHECKING, Any

import pytest

from plait.tasks.timeout import timeout as timeout_after
from plait.testing.options import Options
from plait.testing.shared_loop import Lease, SharedLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_loop_key = pytest.StashKey[SharedLoop]()
_lease_key = pytest.StashKey[Lease]()


def run(item: pytest.Function) -> None:
    """Call the test with its fixtures, and await it."""
    __tracebackhide__ = True
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    _run(item, item.obj, arguments)
    if not any(_may_clean_up(definitions[-1]) for definitions in item._fixtureinfo.name2fixturedefs.values()):
        lease_of(item).check()


def example_runner(item: pytest.Function, original: Callable[..., Any]) -> Callable[..., None]:
    """A plain function that runs `original` on the loop of `item`."""

    def plait_example(*arguments: Any, **named: Any) -> None:
        __tracebackhide__ = True
        _run(item, original, named, *arguments)

    plait_example.plait_original = original  # type: ignore[attr-defined]
    return plait_example


def _run(item: pytest.Function, function: Callable[..., Any], named: dict[str, Any], *arguments: Any) -> None:
    __tracebackhide__ = True
    lease = lease_of(item)
    coroutine = function(*arguments, **named)
    seconds = lease.options.timeout
    if seconds is not None:
        coroutine = _limited(coroutine, seconds)
    lease.run(coroutine, contextvars.copy_context())


async def _limited(coroutine: Coroutine[Any, Any, Any], seconds: float) -> None:
    __tracebackhide__ = True
    try:
        async with timeout_after(seconds) as limit:
            await coroutine
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TimeoutError(
            f"the test took longer than {seconds:g} s, the timeout= of @pytest.mark.plait or the setting plait_timeout"
        ) from error


def lease_of(item: pytest.Item) -> Lease:
    """The lease of the test, which ends with its last fixture."""
    lease = item.stash.get(_lease_key, None)
    if lease is None:
        options = Options.configured(item.config).marked(item.iter_markers("plait"))
        lease = item.stash[_lease_key] = Lease(loop_of(item.config), item.name, options)
        item.addfinalizer(lambda: _close_lease(item))
    return lease


def _close_lease(item: pytest.Item) -> None:
    __tracebackhide__ = True
    lease = item.stash[_lease_key]
    del item.stash[_lease_key]
    lease.close()


def loop_of(config: pytest.Config) -> SharedLoop:
    return config.stash.setdefault(_loop_key, SharedLoop())


def _may_clean_up(definition: Any) -> bool:
    """Whether the fixture does something when the test is over, and is not one of pytest's own."""
    function = definition.func
    is_lasting = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
    takes_finalizers = "request" in definition.argnames
    return (is_lasting or takes_finalizers) and not function.__module__.startswith("_pytest.")
