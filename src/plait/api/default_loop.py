"""Makes plait's loop the one that asyncio makes: by a policy where Python has them undeprecated, by the function elsewhere."""

from __future__ import annotations

import asyncio
import sys
from asyncio import events
from typing import Any

from plait.api.event_loop import new_event_loop
from plait.api.rebinding import Replacement

_HAS_POLICIES = sys.version_info < (3, 14)


class DefaultLoop:
    """What `asyncio.new_event_loop()` gave before, and how to have that back."""

    def __init__(self) -> None:
        self._policy: Any = None
        self._before: Any = None

    def replacements(self) -> list[Replacement]:
        """Which functions of asyncio are to be replaced."""
        return [] if _HAS_POLICIES else [Replacement(events.new_event_loop, self.new_event_loop)]

    def put(self) -> None:
        """Have asyncio make plait's loops from now on."""
        if not _HAS_POLICIES:
            self._before = events._event_loop_policy  # type: ignore[attr-defined]
        elif self._policy is None or asyncio.get_event_loop_policy() is not self._policy:
            self._before = asyncio.get_event_loop_policy() if self._policy is None else self._before
            self._policy = _make_policy(asyncio.get_event_loop_policy())
            asyncio.set_event_loop_policy(self._policy)

    def take_back(self) -> None:
        """Set the policy of before, unless somebody has set another since."""
        if self._policy is not None and asyncio.get_event_loop_policy() is self._policy:
            asyncio.set_event_loop_policy(self._before)
        self._policy = self._before = None

    def new_event_loop(self) -> Any:
        """`asyncio.new_event_loop` where policies are deprecated. One that a program has set since counts all the same."""
        policy = events._event_loop_policy  # type: ignore[attr-defined]
        if policy is None or policy is self._before or type(policy).__module__.startswith("asyncio."):
            return new_event_loop()
        return policy.new_event_loop()


def _make_policy(before: Any) -> Any:
    """Plait's, which shares with the one before the current loop of each thread, and the watcher of child processes."""
    from plait.api.policy import EventLoopPolicy

    policy: Any = EventLoopPolicy()
    if isinstance(before, events.BaseDefaultEventLoopPolicy):
        policy._local = before._local  # type: ignore[attr-defined]
        policy._watcher = getattr(before, "_watcher", None)
    return policy
