"""What every transport of a descriptor has: a protocol, extra information, and one way to close.

A transport ends once: it is closing, then its loss is due, then ``connection_lost`` is called and the descriptor closed.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from plait.base.log import logger
from plait.base.runnable import Runnable
from plait.native import calling, contexts, methods
from plait.schedule import failure
from plait.transports.shared_file import SharedFile

if TYPE_CHECKING:
    from contextvars import Context

    from plait.loop.core import LoopCore


READS = 1
WRITES = 2
"""The halves of a descriptor; each may have a transport of its own."""


class Transport(Runnable):
    """The base of transports. `_file` is the object that owns the descriptor, a socket or a file: it is closed once."""

    __slots__ = (
        "__weakref__",
        "_closing",
        "_context",
        "_extra",
        "_fd",
        "_file",
        "_is_open",
        "_loop",
        "_lost",
        "_protocol",
    )

    _loop: LoopCore
    _context: Context
    _protocol: Any

    def begin(self, loop: LoopCore, file: Any, fd: int, protocol: Any, extra: dict[str, Any] | None) -> None:
        """What the constructor of a transport does first: from now on the descriptor is its own."""
        self._is_open = False
        check_protocol(protocol)
        self._loop = loop
        if loop._watches.is_lent(fd):
            loop.check_free(fd, self._halves())
        self._context = contexts.copy_current()
        self._file = file
        self._fd = fd
        self._extra = extra
        self._closing = False
        self._lost = False
        self.set_protocol(protocol)
        loop._watches.lend(fd, self)
        self._is_open = True

    # What a subclass says.

    def _halves(self) -> int:
        """What of its descriptor it uses: reading, writing, or both."""
        return READS | WRITES

    def unwatch(self) -> None:
        """Have nothing of its own run any more when the descriptor is ready."""
        self._loop._watches.set_reader(self._fd, None)
        self._loop._watches.set_writer(self._fd, None)

    def find_extra(self, name: str, default: Any) -> Any:
        """The information `name` that is not in ``extra``."""
        return default

    def has_queued(self) -> bool:
        """Whether there is something left to write."""
        return False

    def drop_queued(self) -> None:
        """Write nothing of what is left."""

    def forget_protocol(self) -> None:
        """Refer no more to what belongs to the protocol."""
        self._protocol = None

    def detach(self) -> None:
        """The descriptor is closed: tell whoever counts on that."""

    # asyncio's vocabulary.

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Information on the transport. See `asyncio.BaseTransport.get_extra_info`."""
        extra = self._extra
        if extra is not None and name in extra:
            return extra[name]
        return self.find_extra(name, default)

    def set_protocol(self, protocol: Any) -> None:
        """Call the methods of `protocol` from now on."""
        self._protocol = protocol

    def get_protocol(self) -> Any:
        """The protocol; None when the transport is closed."""
        return self._protocol

    def is_closing(self) -> bool:
        """Whether it is closing or closed."""
        return self._closing

    def close(self) -> None:
        """Read no more, write what is left, then close."""
        if self._closing:
            return
        self._closing = True
        self.stop_reading()
        if not self.has_queued():
            self.lose(None)

    def abort(self) -> None:
        """Close, and write nothing more."""
        self._force_close(None)

    # How it ends.

    def stop_reading(self) -> None:
        """Look no more for what can be read."""

    def _fatal_error(self, error: BaseException, message: str = "Fatal error on transport") -> None:
        """Close at once because of `error`, which is reported unless it is the system's."""
        if not isinstance(error, OSError):
            self.report(message, error)
        elif self._loop.get_debug():
            logger.debug("%r: %s", self, message, exc_info=error)
        self._force_close(error)

    def _force_close(self, error: BaseException | None) -> None:
        """Close at once, and tell the protocol of `error`."""
        if self._lost:
            return
        self._closing = True
        self.drop_queued()
        self.lose(error)

    def lose(self, error: BaseException | None) -> None:
        """Have ``connection_lost(error)`` called in the next batch, and the descriptor closed; nothing happens meanwhile."""
        if self._lost:
            return
        self._lost = True
        loop = self._loop
        if loop._closed:
            self.release()
            return
        self.unwatch()
        loss = Loss.__new__(Loss)
        loss._transport = self
        loss._error = error
        loop.push(loss)

    def end(self, error: BaseException | None) -> None:
        """Call ``connection_lost`` and close the descriptor."""
        self._lost = True
        try:
            self.call("connection_lost", (error,))
        finally:
            self.release()

    def release(self) -> None:
        """Close the descriptor, once."""
        if not self._is_open:
            return
        self._is_open = False
        self._closing = True
        self._lost = True
        other = self._loop._watches.take_back(self._fd, self)
        self.forget_protocol()
        if other is None:
            self.close_file()
        else:
            self.leave_to(other)
        self.detach()

    def close_file(self) -> None:
        """Close the descriptor; nobody else uses it."""
        try:
            self._file.close()
        except OSError as error:
            failure.report(self._loop, "The descriptor of a transport was closed by somebody else", exception=error)

    def leave_to(self, other: Transport) -> None:
        """The transport of the other half closes the descriptor, with the file object of this one."""
        self.unwatch()
        if other._file is not self._file:
            other._file = SharedFile(self._file, other._file)

    # Calling the protocol.

    def call(self, name: str, args: tuple[Any, ...]) -> None:
        """Call a method of the protocol; what it raises is reported."""
        try:
            calling.call(getattr(self._protocol, name), args, self._context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self.report(f"Exception in protocol.{name}()", error)

    def report(self, message: str, error: BaseException) -> None:
        """Tell the loop's exception handler."""
        failure.report(self._loop, message, exception=error, transport=self, protocol=self._protocol)

    def __del__(self) -> None:
        if self._is_open:
            text = f"unclosed transport {self!r}"
            self.release()  # first, as a warning may be an error
            warnings.warn(text, ResourceWarning, source=self)  # noqa: B028


methods.guard(Transport)


def check_protocol(protocol: Any) -> None:
    """Raise if the factory has given no protocol: nobody could be told that the connection is made."""
    if not callable(protocol.connection_made):
        raise TypeError(f"a protocol is expected from the factory, got {protocol!r}")


class Loss(Runnable):
    """``connection_lost``, when its turn comes."""

    __slots__ = ("_error", "_transport")

    _transport: Transport
    _error: BaseException | None

    def run(self) -> None:
        self._transport.end(self._error)
