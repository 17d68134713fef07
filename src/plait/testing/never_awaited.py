"""Notices coroutines that are never awaited, and leaves every other warning to whom it would reach."""

from __future__ import annotations

import operator
import re
import warnings
from typing import Any

_END = " was never awaited"
_FILTER = ("always", re.compile(f"coroutine .*{_END}"), RuntimeWarning, None, 0)
"""Lets these warnings through, whatever the other filters are; an entry of `warnings.filters`."""


class Watch:
    """Keeps the warnings of the interpreter, of Cython and of plait about such coroutines, between `begin()` and `end()`.

    Who begins to catch warnings within that time, with `pytest.warns` for example, gets them instead. If `is_on` is false,
    they are passed on like all others, and are no errors, whatever the filters are.
    """

    def __init__(self, is_on: bool) -> None:
        self._is_on = is_on
        self._noticed: list[str] = []
        self._listeners: list[Any] = []
        self._show: Any = None
        self._replacement: Any = None

    def begin(self) -> None:
        _filters().insert(0, _FILTER)  # and not by filterwarnings(), after which "once" would begin anew
        self._listeners = _listeners()
        self._show = warnings._showwarnmsg  # type: ignore[attr-defined]
        self._replacement = warnings._showwarnmsg = self._notice  # type: ignore[attr-defined]

    def end(self) -> None:
        if warnings._showwarnmsg is self._replacement:  # type: ignore[attr-defined]
            warnings._showwarnmsg = self._show  # type: ignore[attr-defined]
        self._replacement = None  # which holds this
        filters = _filters()  # perhaps those that catch_warnings() has saved during an earlier watch
        while _FILTER in filters:
            filters.remove(_FILTER)

    def take(self) -> list[str]:
        """Those that were noticed since the last time."""
        noticed, self._noticed = self._noticed, []
        return noticed

    def _notice(self, warning: warnings.WarningMessage) -> None:
        line = str(warning.message).partition("\n")[0]
        if warning.category is RuntimeWarning and line.endswith(_END) and self._is_for_us():
            self._noticed.append(f"{line.removesuffix(_END)}, forgotten at {warning.filename}:{warning.lineno}")
        else:
            self._show(warning)

    def _is_for_us(self) -> bool:
        return self._is_on and all(map(operator.is_, _listeners(), self._listeners))


def _filters() -> list[Any]:
    if hasattr(warnings, "_get_filters"):  # from Python 3.14 on a context can have its own
        return warnings._get_filters()  # type: ignore[no-any-return]
    return warnings.filters  # type: ignore[return-value]


def _listeners() -> list[Any]:
    """What `warnings.catch_warnings`, and those who replace `showwarning`, change."""
    log = warnings._get_context().log if hasattr(warnings, "_get_context") else None  # from Python 3.14 on
    return [warnings.showwarning, warnings._showwarnmsg_impl, log]  # type: ignore[attr-defined]
