"""The event loop as asyncio knows it: the list of these methods is the list of what it can do."""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from asyncio.base_events import _run_until_complete_cb  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from plait.api.first_use import FirstUse
from plait.base import limits
from plait.loop import forked
from plait.loop.async_generators import AsyncGenerators
from plait.loop.core import LoopCore
from plait.loop.exception_handler import ExceptionHandler
from plait.loop.executor import DefaultExecutor
from plait.loop.signals import Signals
from plait.loop.watched_files import WatchedFiles
from plait.tasks.spawn import ensure_future

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, ThreadPoolExecutor

    from plait.loop.workers import Workers
    from plait.poll.poller import Poller
    from plait.process.child_watch import ChildWatch
    from plait.schedule.clock import Clock


class EventLoop(LoopCore, asyncio.AbstractEventLoop):  # type: ignore[misc]
    """See "Event Loop" in the documentation of `asyncio`. `call_soon` and its kin are the compiled core's."""

    def __init__(self, *, clock: Clock | None = None, poller: Poller | None = None) -> None:
        LoopCore.__init__(self, clock, poller)
        self.slow_callback_duration = limits.SLOW_CALLBACK_SECONDS
        self._exception_handler = ExceptionHandler()
        self._executor = DefaultExecutor()
        self._resolver: Workers | None = None
        self._async_generators = AsyncGenerators()
        self._signals = Signals()
        self._files = WatchedFiles()
        self._children: set[ChildWatch] | None = None
        self.set_debug(_debug_wanted())
        forked.tell_in_children()

    # Running and stopping.

    def run_forever(self) -> None:
        self._check_can_run()
        tracking = sys.get_coroutine_origin_tracking_depth()
        if self.get_debug():
            sys.set_coroutine_origin_tracking_depth(limits.DEBUG_STACK_DEPTH)
        hooks = self._async_generators.install_hooks(self)
        self.begin_run()
        try:
            self._signals.begin_run(self)
            self.run_turns()
        finally:
            self._signals.end_run()
            self.end_run()
            sys.set_asyncgen_hooks(*hooks)
            sys.set_coroutine_origin_tracking_depth(tracking)
        if self.is_closed():  # a callback has forked, and this is the child
            raise self.closed_error()

    def run_until_complete(self, future: Any) -> Any:
        if future is forked.NOTHING:
            return None
        if asyncio._get_running_loop() is not None:
            from plait.api import nested_run

            return nested_run.run_until_complete(self, future)
        self._check_can_run()
        is_new = not asyncio.isfuture(future)
        future = ensure_future(future, loop=self)
        if is_new:
            future._log_destroy_pending = False  # it is run by this very call; there is nothing to warn of
        future.add_done_callback(_run_until_complete_cb)
        self._main = future
        try:
            self.run_forever()
        except BaseException:
            if is_new and future.done() and not future.cancelled():
                future.exception()  # it is what is being raised
            raise
        finally:
            self._main = None
            future.remove_done_callback(_run_until_complete_cb)
        if not future.done():
            raise RuntimeError("Event loop stopped before Future completed.")
        return future.result()

    def _check_can_run(self) -> None:
        if self.is_closed():
            raise self.closed_error()
        if self.is_running():
            raise RuntimeError("This event loop is already running")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")

    def close(self) -> None:
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        if self.is_closed():
            return
        self._signals.close(self)
        self._executor.close()
        if self._resolver is not None:
            self._resolver.stop()
            self._resolver = None
        for child in self._children or ():
            child.let_go()
        self.release()

    def shutdown_asyncgens(self) -> Any:
        return forked.NOTHING if self.is_left_to_parent() else self._async_generators.shut_down(self)

    def shutdown_default_executor(self, timeout: float | None = None) -> Any:
        return forked.NOTHING if self.is_left_to_parent() else self._executor.shut_down(self, timeout)

    # Descriptors.

    def add_reader(self, fd: Any, callback: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        return self.set_reader(self._files.number(fd), callback, args)

    def remove_reader(self, fd: Any) -> bool:
        return self._files.unset(fd, self.unset_reader)

    def add_writer(self, fd: Any, callback: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        return self.set_writer(self._files.number(fd), callback, args)

    def remove_writer(self, fd: Any) -> bool:
        return self._files.unset(fd, self.unset_writer)

    # Names and sockets.

    getaddrinfo = FirstUse("plait.net.resolver")
    getnameinfo = FirstUse("plait.net.resolver")
    sock_connect = FirstUse("plait.net.socket_connect")
    sock_accept = FirstUse("plait.net.socket_operations")
    sock_recv = FirstUse("plait.net.socket_operations")
    sock_recv_into = FirstUse("plait.net.socket_operations")
    sock_recvfrom = FirstUse("plait.net.socket_operations")
    sock_recvfrom_into = FirstUse("plait.net.socket_operations")
    sock_sendall = FirstUse("plait.net.socket_operations")
    sock_sendto = FirstUse("plait.net.socket_operations")
    sock_sendfile = FirstUse("plait.net.sendfile")

    # Signals and threads.

    def add_signal_handler(self, sig: int, callback: Callable[..., Any], *args: Any) -> None:  # type: ignore[override]
        self._signals.add(self, sig, callback, args)

    def remove_signal_handler(self, sig: int) -> bool:
        return self._signals.remove(self, sig)

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        self.check_callback(func, "run_in_executor")
        return self._executor.submit(self, executor, func, args)

    def set_default_executor(self, executor: ThreadPoolExecutor) -> None:  # type: ignore[override]
        self._executor.choose(executor)

    # Connections.

    create_connection = FirstUse("plait.connect.tcp")
    create_server = FirstUse("plait.connect.tcp")
    connect_accepted_socket = FirstUse("plait.connect.tcp")
    create_unix_connection = FirstUse("plait.connect.unix")
    create_unix_server = FirstUse("plait.connect.unix")
    create_datagram_endpoint = FirstUse("plait.connect.datagram")
    sendfile = FirstUse("plait.connect.sendfile")
    start_tls = FirstUse("plait.tls.start")

    # Pipes and processes.

    connect_read_pipe = FirstUse("plait.connect.pipes")
    connect_write_pipe = FirstUse("plait.connect.pipes")
    subprocess_exec = FirstUse("plait.process.spawn")
    subprocess_shell = FirstUse("plait.process.spawn")

    # Failures.

    def get_exception_handler(self) -> Any:
        return self._exception_handler.chosen

    def set_exception_handler(self, handler: Any) -> None:
        self._exception_handler.choose(handler)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        self._exception_handler.handle_by_default(context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._exception_handler.call(self, context)

    def __repr__(self) -> str:
        state = f"running={self.is_running()} closed={self.is_closed()} debug={self.get_debug()}"
        return f"<{type(self).__name__} {state}>"

    def __del__(self) -> None:
        if not self.is_closed() and not self.is_running():
            warnings.warn(f"unclosed event loop {self!r}", ResourceWarning, source=self, stacklevel=2)
            self.close()


def new_event_loop() -> EventLoop:
    """A new event loop; give this as ``loop_factory`` to asyncio's `run` or `Runner`, or to a framework."""
    return EventLoop()


def _debug_wanted() -> bool:
    if sys.flags.dev_mode:
        return True
    return not sys.flags.ignore_environment and bool(os.environ.get("PYTHONASYNCIODEBUG"))
