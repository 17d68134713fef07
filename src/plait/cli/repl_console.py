"""Reads statements, has them evaluated on the loop's thread, and shows their errors."""

from __future__ import annotations

import ast
import asyncio
import code
import os
import sys
import tokenize
from typing import TYPE_CHECKING

from plait.cli.user_errors import hide_runtime_frames

if TYPE_CHECKING:
    from types import CodeType

    from plait.cli.repl_evaluator import Evaluator


class Console(code.InteractiveConsole):
    """Runs in a thread of its own; `interrupt` is for the main thread, which gets Ctrl+C."""

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__(evaluator.namespace, filename="<stdin>")
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.evaluator = evaluator
        self.was_interrupted = False

    def converse(self, banner: str) -> None:
        """Read and run statements until end of file. SystemExit passes."""
        if banner:
            self.write(f"{banner}\n")
        self.run_startup_file()
        self.interact(banner="", exitmsg="")

    def run_startup_file(self) -> None:
        path = os.environ.get("PYTHONSTARTUP")
        if not path or sys.flags.ignore_environment:
            return
        sys.audit("cpython.run_startup", path)
        try:
            with tokenize.open(path) as file:
                startup = compile(file.read(), path, "exec", dont_inherit=True)
        except (OSError, SyntaxError):
            self.showtraceback()
        else:
            self.runcode(startup)

    def raw_input(self, prompt: str = "") -> str:
        """Read a line. It begins a new statement if Ctrl+C came while it was typed."""
        self.was_interrupted = False
        line = super().raw_input(prompt)
        if self.was_interrupted:
            self.resetbuffer()
        return line

    def runcode(self, code: CodeType) -> None:
        """Have a statement run on the loop's thread, and show its error if it has one."""
        self.was_interrupted = False
        error = self.evaluator.evaluate(code)
        if error is None:
            return
        if self.was_interrupted and isinstance(error, asyncio.CancelledError):
            raise KeyboardInterrupt
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise error
        self.show(error)

    def show(self, error: BaseException) -> None:
        hide_runtime_frames(error)
        try:
            raise error
        except BaseException:
            self.showtraceback()  # leaves out its first frame, which is this one

    def interrupt(self) -> None:
        """Ctrl+C: cancel what is awaiting, or else drop the statement that is being typed."""
        self.was_interrupted = True
        if not self.evaluator.cancel():
            self.write(f"\nKeyboardInterrupt\n{getattr(sys, 'ps1', '')}")
