"""`plait repl`: Python line by line with top-level `await`; the loop in the main thread, the console in another."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress

import plait
from plait.cli import line_editing, main_module
from plait.cli.repl_console import Console
from plait.cli.repl_evaluator import Evaluator


def repl() -> int:
    """Serve one console until end of file or SystemExit, which passes."""
    sys.audit("cpython.run_stdin")
    plait.install()
    main_module.set_command_line("", [])
    main_module.set_first_path("")
    namespace = main_module.make_main_module(asyncio=asyncio, plait=plait)
    line_editing.enable(namespace)
    with plait.Runner() as runner:
        loop = runner.get_loop()
        Session(loop, Console(Evaluator(loop, namespace))).serve()
    return 0


class Session:
    """A console's thread and the loop that runs what is typed there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, console: Console) -> None:
        self.loop = loop
        self.console = console
        self.ending: BaseException | None = None

    def serve(self) -> None:
        """Run the loop until the console ends. Raises what ended it, if that was not the end of its input."""
        threading.Thread(target=self.converse, name="plait repl", daemon=True).start()
        try:
            while self.was_interrupted():
                self.console.interrupt()
        finally:
            self.console.evaluator.close()  # cancelling its task when the loop is closed must not wake the console
        if self.ending is not None:
            raise self.ending

    def was_interrupted(self) -> bool:
        """Whether Ctrl+C, and not the console, ended this run of the loop."""
        try:
            self.loop.run_forever()
        except KeyboardInterrupt:
            return True
        return False

    def converse(self) -> None:
        """What the console's thread does."""
        try:
            self.console.converse(banner())
        except BaseException as error:
            self.ending = error
        with suppress(RuntimeError):  # SystemExit in a task has ended the session and closed the loop
            self.loop.call_soon_threadsafe(self.loop.stop)


def banner() -> str:
    """What is running, as `python` greets; nothing with `python -q`."""
    if sys.flags.quiet:
        return ""
    build = plait.build_info()
    return (
        f"plait {build['version']} ({build['mode']}, {build['poller']}) on Python {sys.version} on {sys.platform}\n"
        'Use "await" directly instead of "plait.run()".\n'
        'Type "help", "copyright", "credits" or "license" for more information.\n'
        f"{getattr(sys, 'ps1', '>>> ')}import asyncio, plait"
    )
