"""Threads for one map alone: they take the items from a queue, and need no future for each."""

from __future__ import annotations

import contextvars
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from plait.bridge.mapping.engines import Engine

if TYPE_CHECKING:
    from plait.bridge.mapping.call import Call
    from plait.bridge.mapping.crossing import Crossing


class ThreadsEngine(Engine):
    """As many threads as there are items at a time, up to `limit`."""

    def __init__(self, fn: Any, limit: int, queued: int) -> None:
        self._fn = fn
        self._limit = limit
        self.depth = queued * limit  # so that a thread need not wait for the loop before its next item
        self._queue: SimpleQueue[Call | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._is_stopped = False

    def open(self, crossing: Crossing) -> None:
        self._crossing = crossing
        self._context = contextvars.copy_context()
        _open.add(self)

    def start(self, call: Call) -> None:
        self._queue.put(call)
        if len(self._threads) < self._limit and self._queue.qsize() > 0:
            thread = threading.Thread(target=self._work, name=f"plait_map_{len(self._threads)}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        fn, get, send, context = self._fn, self._queue.get, self._crossing.send, self._context
        while (call := get()) is not None:
            if self._is_stopped:
                continue
            try:
                call.result = context.copy().run(fn, call.item)
            except BaseException as error:
                call.error = error
            send(call)
            del call

    def take(self, call: Call) -> None:
        """The thread has done it."""

    def stop(self, call: Call) -> None:
        self._is_stopped = True

    def close(self) -> None:
        _open.discard(self)
        for _ in self._threads:
            self._queue.put(None)

    def finish(self) -> None:
        """The interpreter ends: let the threads finish the items they are at, as it does with those of executors."""
        self._is_stopped = True
        self.close()
        for thread in self._threads:
            thread.join()


def _finish_all() -> None:
    for engine in list(_open):
        engine.finish()


_open: WeakSet[ThreadsEngine] = WeakSet()
threading._register_atexit(_finish_all)  # type: ignore[attr-defined]
