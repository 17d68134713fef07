"""Signal handlers that run as callbacks of the loop.

Python's own handler of a signal runs in the main thread between two instructions, and a poll that blocks must end for it:
the interpreter writes the signal's number into a socket that the loop watches.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

from plait.schedule.handle import Handle
from plait.tasks import coroutine_kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.loop.core import LoopCore


class Signals:
    """The signal handlers of one loop. See `asyncio.loop.add_signal_handler`."""

    def __init__(self) -> None:
        self._handles: dict[int, Handle] = {}
        self._sockets: tuple[socket.socket, socket.socket] | None = None
        self._descriptor_before = -1

    # While the loop runs, a signal ends its poll.

    def begin_run(self, loop: LoopCore) -> None:
        """Have signals wake the loop, if this thread gets them and nobody else asked for their numbers."""
        self._descriptor_before = -1
        if threading.current_thread() is threading.main_thread():
            self._descriptor_before = self._take_numbers(loop)

    def _take_numbers(self, loop: LoopCore) -> int:
        before = signal.set_wakeup_fd(self._open(loop).fileno(), warn_on_full_buffer=False)
        if before != -1 and not self._handles:
            signal.set_wakeup_fd(before)
            return -1
        return before

    def end_run(self) -> None:
        """Undo `begin_run`."""
        if self._sockets is not None and threading.current_thread() is threading.main_thread() and not self._handles:
            mine = self._sockets[1].fileno()
            current = signal.set_wakeup_fd(-1)
            if current != mine:
                signal.set_wakeup_fd(current)
            elif self._descriptor_before not in (-1, mine):
                signal.set_wakeup_fd(self._descriptor_before)

    def _open(self, loop: LoopCore) -> socket.socket:
        if self._sockets is None:
            self._sockets = socket.socketpair()
            for end in self._sockets:
                end.setblocking(False)
            loop.set_reader(self._sockets[0].fileno(), self._read, (loop,))
        return self._sockets[1]

    def _read(self, loop: LoopCore) -> None:
        while True:
            try:
                numbers = self._sockets[0].recv(4096) if self._sockets else b""
            except (BlockingIOError, InterruptedError):
                return
            for number in numbers:
                self._push(loop, number)
            if len(numbers) < 4096:
                return

    def _push(self, loop: LoopCore, number: int) -> None:
        handle = self._handles.get(number)
        if handle is None:
            return
        if handle.cancelled():
            self.remove(loop, number)
        else:
            loop.push_handle(handle)

    # asyncio's vocabulary.

    def add(self, loop: LoopCore, number: int, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Have the loop call ``callback(*args)`` when the signal arrives."""
        _check_number(number)
        if coroutine_kinds.is_coroutine(callback) or coroutine_kinds.is_coroutine_function(callback):
            raise TypeError("coroutines cannot be used with add_signal_handler(): pass a function that makes a task")
        loop.check_callback(callback, "add_signal_handler")
        try:
            signal.set_wakeup_fd(self._open(loop).fileno(), warn_on_full_buffer=False)
        except (ValueError, OSError) as error:
            raise RuntimeError(f"{error}; signal handlers can be added in the main thread only") from error
        self._handles[number] = Handle(callback, args, loop)
        try:
            # A Python handler must exist for the number to be written; interrupted system calls are restarted.
            signal.signal(number, _do_nothing)
            signal.siginterrupt(number, False)
        except OSError as error:
            del self._handles[number]
            self._release_descriptor(loop)
            raise RuntimeError(f"sig {number} cannot be caught") from error

    def remove(self, loop: LoopCore, number: int) -> bool:
        """Undo `add`; returns whether there was a handler."""
        _check_number(number)
        if self._handles.pop(number, None) is None:
            return False
        default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        try:
            signal.signal(number, default)
        except OSError as error:
            raise RuntimeError(f"sig {number} cannot be caught") from error
        self._release_descriptor(loop)
        return True

    def _release_descriptor(self, loop: LoopCore) -> None:
        if not self._handles and not loop.is_running():
            with contextlib.suppress(ValueError, OSError):
                signal.set_wakeup_fd(-1)

    # In a forked child.

    def leave_to_parent(self) -> None:
        """The child's signals are not the parent's: give back what handles them."""
        for number in self._handles:
            if signal.getsignal(number) is _do_nothing:
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        self._handles = {}
        self._close_sockets()

    def go_on_apart(self, loop: LoopCore) -> None:
        """Have a socket of one's own for the numbers of signals."""
        if self._sockets is not None:
            loop.unset_reader(self._sockets[0].fileno())
            self._close_sockets()
        if self._handles:
            signal.set_wakeup_fd(self._open(loop).fileno(), warn_on_full_buffer=False)

    def _close_sockets(self) -> None:
        if self._sockets is None:
            return
        mine = self._sockets[1].fileno()
        current = signal.set_wakeup_fd(-1)
        if current not in (-1, mine):
            signal.set_wakeup_fd(current)
        for end in self._sockets:
            end.close()
        self._sockets = None

    def close(self, loop: LoopCore) -> None:
        """Remove all handlers and release the descriptors."""
        if threading.current_thread() is threading.main_thread():
            for number in list(self._handles):
                self.remove(loop, number)
            self.end_run()
        self._handles.clear()
        if self._sockets is not None:
            loop.unset_reader(self._sockets[0].fileno())
            for end in self._sockets:
                end.close()
            self._sockets = None


def _check_number(number: int) -> None:
    if not isinstance(number, int):
        raise TypeError(f"sig must be an int, not {number!r}")
    if number not in signal.valid_signals():
        raise ValueError(f"invalid signal number {number}")


def _do_nothing(number: int, frame: object) -> None:
    """The interpreter needs a handler; the number it writes does the work."""
