"""Ends a poll from another thread or from a signal handler."""

from __future__ import annotations

import os

from plait.native import wakeup


class Waker:
    """A descriptor that is readable after `wake` until `drain`: an eventfd, elsewhere a pipe."""

    __slots__ = ("_read_fd", "_write_fd")

    def __init__(self) -> None:
        self._open()

    def _open(self) -> None:
        if hasattr(os, "eventfd"):
            self._read_fd = self._write_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        else:
            self._read_fd, self._write_fd = os.pipe()
            os.set_blocking(self._read_fd, False)
            os.set_blocking(self._write_fd, False)

    def descriptor(self) -> int:
        """What to poll."""
        return self._read_fd

    def wake(self) -> None:
        """Make it readable."""
        wakeup.signal(self._write_fd)

    def drain(self) -> None:
        """Make it unreadable."""
        wakeup.drain(self._read_fd)

    def reopen(self) -> None:
        """In a forked child, which shares the descriptors with its parent: have others."""
        self.close()
        self._open()

    def close(self) -> None:
        """Close the descriptors."""
        if self._read_fd >= 0:
            os.close(self._read_fd)
            if self._write_fd != self._read_fd:
                os.close(self._write_fd)
        self._read_fd = self._write_fd = -1
