"""What a test asks of the plugin: the mark ``plait``, over the settings in pytest's configuration."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

SWITCHES = {
    "fail_on_leaked_tasks": "fail a test that leaves tasks running",
    "fail_on_never_awaited": "fail a test that makes a coroutine and never awaits it",
    "fail_on_unhandled_errors": "fail a test during which an error reached the loop's exception handler",
}
"""The checks, each of them on by default: settings are these names after ``plait_``, and arguments of the mark."""


@dataclass(frozen=True)
class Options:
    """The fields are the arguments of the mark. `timeout` is in seconds, and None for no limit."""

    fail_on_leaked_tasks: bool
    fail_on_never_awaited: bool
    fail_on_unhandled_errors: bool
    timeout: float | None

    @classmethod
    def configured(cls, config: pytest.Config) -> Options:
        """What pytest's configuration says; UsageError when a setting is not of its kind."""
        switches = {name: _switch(config, f"plait_{name}") for name in SWITCHES}
        try:
            timeout = _seconds("plait_timeout", config.getini("plait_timeout") or None)
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
        return cls(timeout=timeout, **switches)

    def marked(self, marks: Iterable[pytest.Mark]) -> Options:
        """These, changed by the marks, of which the first is the closest to the test."""
        options = self
        for mark in reversed(list(marks)):
            options = dataclasses.replace(options, **_arguments(mark))
        return options


def _switch(config: pytest.Config, name: str) -> bool:
    try:
        return bool(config.getini(name))
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{name} is true or false: {error}") from None


def _arguments(mark: pytest.Mark) -> dict[str, Any]:
    known = [field.name for field in dataclasses.fields(Options)]
    strange = [repr(argument) for argument in mark.args] + [name for name in mark.kwargs if name not in known]
    if strange:
        raise TypeError(f"@pytest.mark.plait takes {', '.join(f'{name}=' for name in known)}; not {', '.join(strange)}")
    arguments = dict(mark.kwargs)
    if "timeout" in arguments:
        arguments["timeout"] = _seconds("timeout", arguments["timeout"])
    return arguments


def _seconds(name: str, value: Any) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        raise ValueError(f"{name} is a number of seconds above 0, not {value!r}")
    return seconds
