"""The contract of a poller: watch descriptors, wait, tell which are ready for what."""

from __future__ import annotations

READABLE = 1
WRITABLE = 2


class Poller:
    """Readiness is a sum of READABLE and WRITABLE; an error or a hang-up counts as both."""

    __slots__ = ()

    def name(self) -> str:
        """What the system calls this."""
        raise NotImplementedError

    def watch(self, fd: int, readiness: int) -> None:
        """Begin to watch a descriptor."""
        raise NotImplementedError

    def change(self, fd: int, readiness: int) -> None:
        """Watch a watched descriptor for something else."""
        raise NotImplementedError

    def renew(self, fd: int, readiness: int, once: bool) -> None:
        """Watch a descriptor that may be watched, or not be, or have been closed and opened again since it was.

        `once`: only until it is ready for the first time; then it takes another call.
        """
        raise NotImplementedError

    def unwatch(self, fd: int) -> None:
        """Watch it no more; one that was closed meanwhile is no error."""
        raise NotImplementedError

    def wait(self, timeout: float) -> int:
        """Wait at most `timeout` seconds (below 0: for ever) and return how many descriptors are ready."""
        raise NotImplementedError

    def descriptor(self, index: int) -> int:
        """The descriptor of the ready one number `index` of the last wait."""
        raise NotImplementedError

    def readiness(self, index: int) -> int:
        """What it is ready for."""
        raise NotImplementedError

    def reopen(self) -> None:
        """In a forked child, which shares it with its parent: be another one, which watches nothing."""
        raise NotImplementedError

    def close(self) -> None:
        """Release what the system gave."""
        raise NotImplementedError
