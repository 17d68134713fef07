"""Guest mode: plait's loop as the guest of a window system, whose events are served whenever the loop would sleep.

The loop's poller is the host: it waits for the host's events and for the loop's own descriptors at once, by the host's own means,
and returns after each event that was served. So nothing is polled in vain, and a handler may call ``create_task()``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import selectors
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import EventLoop
from plait.api.runner import Runner
from plait.poll.select_poller import SelectPoller

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

# Seconds for which ready callbacks may keep the host's events waiting; below what eyes notice.
_LONGEST_NEGLECT = 0.01
# Events of the host that are served between two batches of callbacks, when callbacks are ready.
_EVENTS_A_BATCH = 32


def run_in_tk(main: Coroutine[Any, Any, Any], root: Any) -> Any:
    """Run `main` while the windows of the `tkinter.Tk` `root` are served; to destroy `root` cancels `main`."""
    return _run(main, _TkHost(root))


def run_in_qt(main: Coroutine[Any, Any, Any], app: Any) -> Any:
    """Run `main` while the windows of `app`, a QApplication of PySide6 or PyQt6, are served.

    When the last window was closed, and `app` quits on that (``quitOnLastWindowClosed``), `main` is cancelled.
    """
    return _run(main, _QtHost(app))


def _run(main: Coroutine[Any, Any, Any], host: Any) -> Any:
    poller = _HostedPoller(host)
    with _signals_seen(host), Runner(loop_factory=lambda: EventLoop(poller=poller)) as runner:
        return runner.run(_cancelled_with_host(main, host))


async def _cancelled_with_host(main: Coroutine[Any, Any, Any], host: Any) -> Any:
    task = asyncio.ensure_future(main)
    host.on_quit(task.cancel)
    return await task


@contextlib.contextmanager
def _signals_seen(host: Any) -> Any:
    """A signal ends the host's wait, so that Python's handler runs, Ctrl+C's above all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    unwatch = host.watch(reader, lambda: os.read(reader, 4096))
    try:
        yield
    finally:
        unwatch()
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


class _HostedPoller(SelectPoller):
    """Waits by means of the host for what an epoll instance, itself a descriptor, watches."""

    def __init__(self, host: Any) -> None:
        if not hasattr(select, "epoll"):
            raise NotImplementedError(
                "guest mode needs epoll, which this system lacks: run the loop in a thread (Portal)"
            )
        selector = selectors.EpollSelector()
        super().__init__(selector)
        self._host = host
        self._served = monotonic()
        self._unwatch: Callable[[], None] = host.watch(selector.fileno(), _nothing)

    def wait(self, timeout: float) -> int:
        """Serve the host's events, one at least unless the time is over or a descriptor is ready; never more than a few.

        What a poll has found must be returned: a descriptor that is watched once is found once.
        """
        if monotonic() - self._served >= _LONGEST_NEGLECT:
            self._serve()
            timeout = 0  # a handler may have made a callback ready
        count = super().wait(0)
        if count == 0 and timeout != 0:
            self._host.wait(timeout)
            self._serve()
            count = super().wait(0)
        return count

    def _serve(self) -> None:
        for _ in range(_EVENTS_A_BATCH):
            if not self._host.serve():
                break
        self._served = monotonic()

    def close(self) -> None:
        self._unwatch()
        super().close()


def _nothing() -> None:
    """The poller looks itself."""


class _TkHost:
    """Tcl's loop, one event at a time."""

    def __init__(self, root: Any) -> None:
        import _tkinter

        self._root, self._tk = root, root.tk
        self._no_wait = _tkinter.DONT_WAIT
        self._error = _tkinter.TclError

    def watch(self, fd: int, callback: Callable[[], Any]) -> Callable[[], None]:
        import tkinter

        self._tk.createfilehandler(fd, tkinter.READABLE, lambda *_: callback())
        return lambda: self._tk.deletefilehandler(fd)

    def wait(self, timeout: float) -> None:
        timer = None if timeout < 0 else self._tk.createtimerhandler(_milliseconds(timeout), _nothing)
        try:
            self._tk.dooneevent(0)
        finally:
            if timer is not None:
                timer.deletetimerhandler()

    def serve(self) -> bool:
        return bool(self._tk.dooneevent(self._no_wait))

    def on_quit(self, callback: Callable[[], Any]) -> None:
        def destroyed(event: Any) -> None:
            if event.widget is self._root:
                callback()

        self._root.bind("<Destroy>", destroyed, add=True)


class _QtHost:
    """Qt's loop, a batch of events at a time."""

    def __init__(self, app: Any) -> None:
        from importlib import import_module

        self._app = app
        self._core: Any = import_module(type(app).__module__.partition(".")[0] + ".QtCore")
        self._flags = self._core.QEventLoop.ProcessEventsFlag
        self._has_windows = False
        self._quit: Callable[[], Any] | None = None

    def watch(self, fd: int, callback: Callable[[], Any]) -> Callable[[], None]:
        notifier = self._core.QSocketNotifier(fd, self._core.QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda *_: callback())

        def unwatch() -> None:
            notifier.setEnabled(False)

        return unwatch

    def wait(self, timeout: float) -> None:
        timer = self._core.QTimer()
        timer.setSingleShot(True)
        timer.setTimerType(self._core.Qt.TimerType.PreciseTimer)
        if timeout >= 0:
            timer.start(_milliseconds(timeout))
        self._app.processEvents(self._flags.AllEvents | self._flags.WaitForMoreEvents)
        timer.stop()
        self._look_for_windows()

    def serve(self) -> bool:
        self._app.processEvents(self._flags.AllEvents)
        self._look_for_windows()
        return False  # it has served all there are

    def _look_for_windows(self) -> None:
        """Qt itself tells that the last was closed only in its own ``exec()``."""
        had_windows, self._has_windows = self._has_windows, self._shows_windows()
        if had_windows and not self._has_windows and self._quit is not None and self._app.quitOnLastWindowClosed():
            self._quit()

    def _shows_windows(self) -> bool:
        return any(window.isVisible() for window in self._app.topLevelWindows())

    def on_quit(self, callback: Callable[[], Any]) -> None:
        self._quit = callback
        self._has_windows = self._shows_windows()


def _milliseconds(seconds: float) -> int:
    """Rounded up: a timer that fires too early makes the loop look in vain."""
    return min(int(seconds * 1000) + 1, 2**31 - 1)
