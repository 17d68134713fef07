"""Runs what was typed on the loop's thread, in one context, and tells the console's thread how it ended."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from concurrent.futures import Future
from functools import partial
from types import CodeType, FunctionType
from typing import Any


class Evaluator:
    """Evaluates one statement at a time; `evaluate` is for the console's thread, the rest for the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, namespace: dict[str, Any]) -> None:
        self.loop = loop
        self.namespace = namespace
        self.context = contextvars.copy_context()
        self.task: asyncio.Task[Any] | None = None
        self.closed = False

    def evaluate(self, code: CodeType) -> BaseException | None:
        """Run the code and wait for its end. Returns what it raised."""
        ended: Future[None] = Future()
        self.loop.call_soon_threadsafe(self.start, code, ended, context=self.context)
        return ended.exception()

    def start(self, code: CodeType, ended: Future[None]) -> None:
        """Run code without `await` to its end; of other code, make a task."""
        if not self.closed:
            try:
                self.run(code, ended)
            except BaseException as error:
                ended.set_exception(error)

    def run(self, code: CodeType, ended: Future[None]) -> None:
        result = FunctionType(code, self.namespace)()
        if not inspect.iscoroutine(result):
            ended.set_result(None)
            return
        self.task = self.loop.create_task(result, context=self.context)
        self.task.add_done_callback(partial(self.settle, ended))

    def settle(self, ended: Future[None], task: asyncio.Task[Any]) -> None:
        self.task = None
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if not self.closed:
            ended.set_exception(error) if error else ended.set_result(None)

    def cancel(self) -> bool:
        """Cancel the statement that is awaiting. Returns whether there is one; how it ends is told to `evaluate`."""
        if self.task is None:
            return False
        self.task.cancel()
        return True

    def close(self) -> None:
        """From now on nothing is run, and who waits for the end of a statement waits on."""
        self.closed = True
