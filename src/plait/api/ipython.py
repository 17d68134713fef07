"""`%load_ext plait`: what a cell of IPython awaits runs on plait's loop."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
from typing import Any, ClassVar

from plait.api import nested_run
from plait.api.event_loop import new_event_loop
from plait.api.runner import Runner
from plait.loop.core import LoopCore


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython. In a kernel whose loop is plait's there is nothing to do: it awaits on that."""
    running = asyncio._get_running_loop()
    is_kernels = isinstance(running, LoopCore) and not CellRunner.runs(running)
    if is_kernels or isinstance(shell.loop_runner, CellRunner):
        return
    shell.loop_runner = CellRunner(shell.loop_runner)
    shell.autoawait = True


def unload_ipython_extension(shell: Any) -> None:
    """Called by IPython for ``%unload_ext plait``: undo it, and cancel the tasks that are left, after the cell that runs."""
    runner = shell.loop_runner
    if isinstance(runner, CellRunner):
        shell.loop_runner = runner.before
        runner.close()


class CellRunner:
    """A loop runner of IPython's. One loop for all cells: the tasks that one leaves go on while another one awaits."""

    _running: ClassVar[list[CellRunner]] = []

    def __init__(self, before: Any) -> None:
        self.before = before
        self._runner = Runner(loop_factory=new_event_loop)
        self._is_over = False
        atexit.register(self.close)

    @classmethod
    def runs(cls, loop: Any) -> bool:
        """Whether `loop` runs a cell."""
        return any(each._runner.get_loop() is loop for each in cls._running)

    def __call__(self, coro: Any) -> Any:
        """Run what a cell awaits, and return its result."""
        running = asyncio._get_running_loop()
        if isinstance(running, LoopCore):  # an IPython inside a program that plait runs
            return nested_run.run_inside(running, coro)
        if running is None:
            return self._run(coro)
        with nested_run.running_loop_aside():
            return self._run(coro)

    def _run(self, coro: Any) -> Any:
        self._running.append(self)
        try:
            return self._runner.run(coro, context=contextvars.copy_context())
        finally:
            self._running.remove(self)
            if self._is_over:
                self.close()

    def close(self) -> None:
        """Cancel what is left, and close the loop: now, or after the cell that it runs."""
        atexit.unregister(self.close)
        self._is_over = True
        if self not in self._running:
            self._runner.close()
