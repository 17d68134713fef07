"""Line editing, completion by Tab, and a history that outlives the session, where Python has readline."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import Any

HISTORY_FILE = os.path.join("~", ".plait_history")
"""A file of its own: readline, libedit and Python's newer REPL each write ~/.python_history in another format."""

HISTORY_LINES = 1000
"""Lines. A few sessions' worth; the file stays below 100 kB."""


def enable(namespace: dict[str, Any]) -> None:
    """Make `input` on a terminal edit lines and complete the names in this namespace."""
    if sys.stdin is None or not sys.stdin.isatty():
        return
    try:
        import readline
        import rlcompleter
    except ImportError:
        return
    readline.set_completer(rlcompleter.Completer(namespace).complete)
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit(readline) else "tab: complete")
    keep_history(readline)
    keep_terminal()


def is_libedit(readline: Any) -> bool:
    """Python tells it in an attribute since 3.13, before that in the documentation string only."""
    return getattr(readline, "backend", "") == "editline" or "libedit" in (readline.__doc__ or "")


def keep_history(readline: Any) -> None:
    path = os.path.expanduser(HISTORY_FILE)
    readline.set_history_length(HISTORY_LINES)
    with suppress(OSError):  # there is none yet
        readline.read_history_file(path)
    atexit.register(save_history, readline, path)


def save_history(readline: Any, path: str) -> None:
    with suppress(OSError):  # a home that cannot be written
        readline.write_history_file(path)


def keep_terminal() -> None:
    """Leave the terminal as it was, even if a task ends the session while readline waits for a key."""
    try:
        import termios
    except ImportError:  # Windows, where readline does not change the terminal
        return
    file = sys.stdin.fileno()
    atexit.register(termios.tcsetattr, file, termios.TCSADRAIN, termios.tcgetattr(file))
