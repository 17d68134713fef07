"""Excludes other threads from the few lines that look at a primitive and change it."""

from __future__ import annotations

from typing import Any

from plait.native import lifetime, locks, thread


class Mutex:
    """Nobody waits for anything while holding one; the thread that holds it may enter again."""

    __slots__ = ("_depth", "_holder", "_lock")

    def __init__(self) -> None:
        self._depth = 0
        self._holder = 0
        self._lock = locks.make()

    def enter(self) -> None:
        """Keep other threads out."""
        if self._holder == thread.ident():
            self._depth += 1
        else:
            locks.acquire(self._lock)
            self._holder = thread.ident()

    def leave(self) -> None:
        """Undo one `enter`."""
        if self._depth > 0:
            self._depth -= 1
        else:
            self._holder = 0
            locks.release(self._lock)

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.leave()

    def is_held(self) -> bool:
        """Whether this thread is inside."""
        return self._holder == thread.ident()

    def __dealloc__(self) -> None:
        locks.free(self._lock)


lifetime.call_when_freed(Mutex)
