"""A process on a pseudo terminal: what it shows is awaited, what a person types is sent."""

import os
import select
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

CTRL_C = "\x03"
CTRL_D = "\x04"


# The first terminal that a new session opens is the one whose Ctrl+C it gets.
LAUNCH = "import os, sys; os.setsid(); os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"


class Terminal:
    """Owns both ends of a pseudo terminal, and the process on it."""

    def __init__(
        self,
        command: Sequence[str],
        screen: int,
        keyboard: int,
        folder: Path,
        environment: dict[str, str],
        seconds: float,
    ) -> None:
        self.deadline = time.monotonic() + seconds
        self.shown = ""
        self.screen, self.keyboard = screen, keyboard
        self.modes = self.current_modes()
        self.process = subprocess.Popen(
            [command[0], "-c", LAUNCH, *command],
            stdin=self.keyboard,
            stdout=self.keyboard,
            stderr=self.keyboard,
            cwd=folder,
            env=environment,
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.keyboard)
        os.close(self.screen)

    def current_modes(self) -> list[Any]:
        return termios.tcgetattr(self.keyboard)

    def send(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def wait_for(self, text: str) -> str:
        """Read until `text` is shown, and return what was shown up to its end since the last such wait."""
        while text not in self.shown:
            ready, _, _ = select.select([self.screen], [], [], max(0.0, self.deadline - time.monotonic()))
            assert ready, f"{text!r} was not shown, but {self.shown!r}"
            self.shown += os.read(self.screen, 4096).decode().replace("\r", "")
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def wait_for_exit_code(self) -> int:
        return self.process.wait(max(0.0, self.deadline - time.monotonic()))
