"""What tests leave behind, and how it is told: tasks, coroutines that nobody awaited, errors that nobody saw."""

from __future__ import annotations

import warnings
from typing import Any

_NEVER_AWAITED = r"coroutine .* was never awaited"
_END = " was never awaited"


def notice_never_awaited() -> None:
    """Have the interpreter tell of each coroutine that is never awaited, whatever the filters are."""
    warnings.filterwarnings("always", _NEVER_AWAITED, RuntimeWarning)


def sort_out_never_awaited(caught: list[warnings.WarningMessage]) -> list[str]:
    """The coroutines that were not awaited; other warnings are passed on."""
    names = []
    for warning in caught:
        line = str(warning.message).partition("\n")[0]
        if warning.category is RuntimeWarning and line.endswith(_END):
            names.append(f"{line.removesuffix(_END)}, forgotten at {warning.filename}:{warning.lineno}")
        else:
            _pass_on(warning)
    return names


def _pass_on(warning: warnings.WarningMessage) -> None:
    warnings.showwarning(
        warning.message, warning.category, warning.filename, warning.lineno, warning.file, warning.line
    )


def leaked_tasks(tasks: list[str]) -> list[str]:
    if not tasks:
        return []
    return [
        f"{_count(tasks, 'task')} still ran:",
        *(f"  {task}" for task in tasks),
        "await or cancel them, or allow it with @pytest.mark.plait(fail_on_leaked_tasks=False)",
    ]


def never_awaited(coroutines: list[str]) -> list[str]:
    if not coroutines:
        return []
    return [
        f"{_count(coroutines, 'coroutine')} never awaited:",
        *(f"  {coroutine}" for coroutine in coroutines),
        "await or close them, or allow it with @pytest.mark.plait(fail_on_never_awaited=False)",
    ]


def unhandled_errors(reports: list[dict[str, Any]]) -> list[str]:
    if not reports:
        return []
    return [
        f"{_count(reports, 'error')} reached the loop's exception handler:",
        *(f"  {_described(report)}" for report in reports),
        "handle them, or allow it with @pytest.mark.plait(fail_on_unhandled_errors=False)",
    ]


def cause(reports: list[dict[str, Any]]) -> BaseException | None:
    """The exceptions of the reports, so that their tracebacks are shown."""
    errors = [report["exception"] for report in reports if isinstance(report.get("exception"), BaseException)]
    if len(errors) < 2:
        return errors[0] if errors else None
    return BaseExceptionGroup("errors that reached the loop's exception handler", errors)


def _described(report: dict[str, Any]) -> str:
    error = report.get("exception")
    return f"{report.get('message')}" + (f": {error!r}" if error is not None else "")


def _count(things: list[Any], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
