"""The exceptions plait raises: asyncio's own objects, so that existing ``except`` clauses keep working."""

from __future__ import annotations

from asyncio import BrokenBarrierError as BrokenBarrierError
from asyncio import CancelledError as CancelledError
from asyncio import IncompleteReadError as IncompleteReadError
from asyncio import InvalidStateError as InvalidStateError
from asyncio import LimitOverrunError as LimitOverrunError
from asyncio import QueueEmpty as QueueEmpty
from asyncio import QueueFull as QueueFull

TimeoutError = TimeoutError  # asyncio.TimeoutError is the builtin since Python 3.11

try:
    from asyncio import QueueShutDown as QueueShutDown  # type: ignore[attr-defined]
except ImportError:

    class QueueShutDown(Exception):  # type: ignore[no-redef]  # noqa: N818  (asyncio's name, Python 3.13)
        """Raised by a queue's put or get after its ``shutdown()``."""


CLOSED_LOOP = "Event loop is closed: make a new one, by asyncio.run(), plait.run() or new_event_loop()"


class AlreadyResumed(InvalidStateError):  # noqa: N818  (as the others here)
    """A one-shot ``resume`` was used a second time; the message names both places."""


class CallbackError(RuntimeError):
    """What an error callback was called with, where that was no exception; ``args`` has it."""


class LostCallback(RuntimeError):  # noqa: N818
    """Whoever was to call back has forgotten it, so that the result can never come."""


class SelfDeadlock(RuntimeError):  # noqa: N818
    """A thread was about to wait for what only itself could do."""


class LeftBehind(AssertionError):  # noqa: N818
    """A test is over, and left tasks running, coroutines unawaited, or errors that nobody saw."""


class WorkerDied(RuntimeError):  # noqa: N818
    """A worker process ended in the midst of a call. `signal` killed it, or it ended by itself with `exit_code`."""

    def __init__(
        self, message: str, *, pid: int | None = None, exit_code: int | None = None, signal: int | None = None
    ) -> None:
        super().__init__(message)
        self.pid = pid
        self.exit_code = exit_code
        self.signal = signal


class CannotTravel(TypeError):  # noqa: N818
    """A function, its arguments or its result cannot be sent to another process; the message says which, and why."""


class RemoteError(RuntimeError):
    """An exception was raised in another process and could not be sent; the message is its traceback there."""


class RemoteTraceback(Exception):  # noqa: N818
    """The cause of an exception that comes from another process: its traceback there."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""' if self.args else ""


class WorkLost(ConnectionError):  # noqa: N818
    """Work that was given away will not come back: who had it has cancelled it, was shut down, or cannot be reached."""


class LoopClosed(RuntimeError):  # noqa: N818
    """A loop was closed before it had finished what another thread waits for."""


class PortalStopped(RuntimeError):  # noqa: N818
    """A portal was asked for something before it was started, when it was stopped, or as it was being stopped."""


class EventsLost(RuntimeError):  # noqa: N818
    """Events came faster than they were read, and the policy is to say so; those from before have been delivered."""
