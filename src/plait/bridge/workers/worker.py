"""One worker process: started, called, killed; it has one owner at a time, on any loop."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import WorkerDied
from plait.bridge.workers import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Worker:
    """A process that runs `child.py`, and the socket to it."""

    __slots__ = ("_known_path", "_lifeline", "_process", "_socket", "idle_since", "pid")

    def __init__(self) -> None:
        self._socket, connection = socket.socketpair()
        self._lifeline, lifeline = socket.socketpair()
        try:
            with _interrupts_blocked():
                self._process = _start(connection.fileno(), lifeline.fileno())
        except BaseException:
            self._close()
            raise
        finally:
            connection.close()
            lifeline.close()
        self._socket.setblocking(False)
        self._known_path: list[str] = []
        self.pid = self._process.pid
        self.idle_since = 0.0

    def is_alive(self) -> bool:
        """Whether the process runs; False too when it was killed or closed."""
        return self._process.poll() is None and self._socket.fileno() != -1

    async def call(self, frames: list[Any]) -> list[Any]:
        """Send a pickled call and return the answer. WorkerDied when the process ends; after any failure, kill it."""
        loop = asyncio.get_running_loop()
        try:
            await self._send(loop, [self._news(), *frames])
            answer = await self._receive(loop)
        except ConnectionError:
            answer = None
        if answer is None:
            raise await self._obituary()
        return answer

    def _news(self) -> bytes:
        """Where to import from, if that has changed."""
        if self._known_path == sys.path:
            return b""
        self._known_path = sys.path.copy()
        return pickle.dumps(self._known_path)

    async def _send(self, loop: asyncio.AbstractEventLoop, frames: list[Any]) -> None:
        for packet in child.packets(frames):
            await loop.sock_sendall(self._socket, packet)

    async def _receive(self, loop: asyncio.AbstractEventLoop) -> list[Any] | None:
        assembly = child.Assembly()
        while True:
            room = assembly.room()
            if room is None:
                data = await loop.sock_recv(self._socket, child.SMALL_BYTES)
                if not data:
                    return None
                whole = assembly.take(data)
            else:
                count = await loop.sock_recv_into(self._socket, room)
                if not count:
                    return None
                whole = assembly.received(count)
            if whole:
                return assembly.frames

    async def _obituary(self) -> WorkerDied:
        """The socket is closed, so the process is about to end, or has closed what is not its own."""
        wait = limits.WORKER_END_FIRST_LOOK_SECONDS
        while self._process.poll() is None and wait < limits.WORKER_END_SECONDS:
            await asyncio.sleep(wait)
            wait *= 2
        if self._process.poll() is None:
            self.kill()
            return WorkerDied(f"worker process {self.pid} closed its connection, and was killed", pid=self.pid)
        return obituary(self.pid, self._process.returncode)

    def kill(self) -> None:
        """End the process at once, whatever it does. Callable from any thread, more than once."""
        self._close()
        self._process.kill()
        if self._process.poll() is None:
            _start_thread(self._process.wait)

    def _close(self) -> None:
        self._socket.close()
        self._lifeline.close()

    def terminate(self) -> None:
        """End the process at once; who waits for its answer gets WorkerDied. Callable from any thread."""
        self._process.kill()

    def let_go(self) -> None:
        """Have the idle process end by itself."""
        self._socket.close()

    def retire(self) -> None:
        """`let_go`, and see that it does end."""
        self.let_go()
        _start_thread(self.bury)

    def bury(self) -> None:
        """Block until the idle process has ended, and keep nothing of it."""
        self.wait_ended()
        self._close()

    def wait_ended(self) -> None:
        """Block until the process has ended, which after a while it is made to.

        The socket stays open: a loop that waits for the answer would never hear of its end, were it closed before.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(limits.WORKER_END_SECONDS)
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a forked child the process is not ours: keep nothing of it."""
        self._close()
        self._process.returncode = 0  # no warning, no waitpid


def obituary(pid: int, returncode: int) -> WorkerDied:
    """The error that tells how the worker ended."""
    if returncode >= 0:
        return WorkerDied(f"worker process {pid} ended with exit code {returncode}", pid=pid, exit_code=returncode)
    try:
        number: signal.Signals | int = signal.Signals(-returncode)
        name = signal.Signals(-returncode).name
    except ValueError:  # a real-time signal
        number, name = -returncode, f"signal {-returncode}"
    return WorkerDied(f"worker process {pid} was killed by {name}", pid=pid, signal=number)


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A process inherits what this thread blocks: Ctrl+C cannot end a worker that has yet to learn to ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(*descriptors: int) -> subprocess.Popen[bytes]:
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *flags, "-P", child.__file__, *map(str, descriptors)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=descriptors)


def _start_thread(function: Callable[..., Any], *args: Any) -> None:
    threading.Thread(target=function, args=args, name="plait_reaper", daemon=True).start()
