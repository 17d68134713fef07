"""A plugin of pytest: `async def` tests and fixtures run on plait, unless another plugin takes them.

pytest imports this module at each start, so it imports nothing of plait before a test or a fixture is asynchronous.
``docs/testing.md`` tells how to use it.
"""

from __future__ import annotations

from inspect import isasyncgenfunction, iscoroutinefunction
from typing import TYPE_CHECKING, Any

import pytest

from plait.testing.options import SWITCHES, Options

if TYPE_CHECKING:
    from collections.abc import Generator

_OTHERS = {
    "asyncio": ("asyncio", "pytest_asyncio", "pytest_asyncio.plugin"),
    "anyio": ("anyio", "anyio.pytest_plugin"),
    "trio": ("trio", "pytest_trio.plugin"),
}
"""Marks of other plugins, and the names that those plugins are loaded under."""


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, effect in SWITCHES.items():
        parser.addini(f"plait_{name}", f"{effect} (true or false)", type="bool", default=True)
    parser.addini("plait_timeout", "seconds that an async test may take (none by default)", default="")


def pytest_configure(config: pytest.Config) -> None:
    Options.configured(config)  # which refuses bad settings here, once
    arguments = ", ".join(f"{name}=True" for name in SWITCHES)
    config.addinivalue_line(
        "markers", f"plait({arguments}, timeout=None): how this test on plait is run, over the settings plait_…"
    )


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Other plugins have made functions of their tests plain by now, or ask to be asked first."""
    __tracebackhide__ = True
    function = pyfuncitem.obj
    if iscoroutinefunction(function):
        if _is_theirs(pyfuncitem):
            return None
        from plait.testing import async_tests

        async_tests.run(pyfuncitem)
        return True
    if hasattr(function, "hypothesis") and not _is_theirs(pyfuncitem):
        _run_examples_on_plait(pyfuncitem)
    return None


def _run_examples_on_plait(item: pytest.Function) -> None:
    """Hypothesis calls what its decorator was given, once for each example."""
    handle = item.obj.hypothesis
    original = getattr(handle.inner_test, "plait_original", handle.inner_test)
    if iscoroutinefunction(original):
        from plait.testing import async_tests

        handle.inner_test = async_tests.example_runner(item, original)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    """The innermost wrapper: the plugins around it have put functions of their own in the place of their fixtures'."""
    __tracebackhide__ = True
    function = fixturedef.func
    is_asynchronous = iscoroutinefunction(function) or isasyncgenfunction(function)
    if not is_asynchronous or _is_theirs(request._pyfuncitem):
        return (yield)
    from plait.testing import async_fixtures

    fixturedef.func = async_fixtures.synchronous(fixturedef, request)
    try:
        return (yield)
    finally:
        fixturedef.func = function


def _is_theirs(item: pytest.Item) -> bool:
    """Whether the test is marked for another plugin, which is there."""
    plugins = item.config.pluginmanager
    return any(
        item.get_closest_marker(mark) is not None and any(plugins.has_plugin(name) for name in names)
        for mark, names in _OTHERS.items()
    )
