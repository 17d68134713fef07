"""Runs pytest within the tests: with plait's plugin, and with those of others that a test names."""

from collections.abc import Callable

import pytest

import plait
import plait.testing.async_fixtures  # pytester forgets the modules that were imported within it: none of plait's shall be

EVERYTHING = [getattr(plait, name) for name in (*plait.__all__, "EventLoopPolicy")]

Run = Callable[..., pytest.RunResult]

# Names that every program here uses.
PREAMBLE = """
import asyncio, contextvars, warnings
import plait, pytest
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Writes a test module and runs it in this process: `run(source, *arguments, plugins=names of modules)`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        pytester.makepyfile(PREAMBLE + source)
        named = [word for plugin in ("plait.testing.pytest_plugin", *plugins) for word in ("-p", plugin)]
        settings = ("-p", "no:cacheprovider", "-W", "default")
        return pytester.runpytest_inprocess(*named, *settings, *arguments, no_reraise_ctrlc=True)

    return run
