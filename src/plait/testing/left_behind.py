"""What tests leave behind, and how it is told: tasks, coroutines that nobody awaited, errors that nobody saw."""

from __future__ import annotations

from typing import Any


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
