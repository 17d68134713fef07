"""Handles and timers without a loop: a stand-in takes the reports of what raises."""

from __future__ import annotations

from typing import Any


class StandIn:
    """As much of a loop as a handle asks for."""

    def __init__(self) -> None:
        self.reported: list[BaseException] = []

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.reported.append(context["exception"])


def nothing() -> None:
    """A callback."""
