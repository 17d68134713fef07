"""Tells when a child process has ended, and reads its exit status, once.

A watch is a pidfd that the loop polls, or where that cannot be had a thread that waits. Neither needs SIGCHLD, so any thread's
loop can have children. A loop that closes leaves its children to such threads: none stays a zombie.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

    Exited = Callable[[int], object]


def watch_child(loop: Any, child: Popen[bytes], exited: Exited) -> ChildWatch:
    """Have the loop call ``exited(returncode)`` when `child` has ended."""
    try:
        pidfd = os.pidfd_open(child.pid)
    except (AttributeError, OSError):  # not Linux, forbidden, no descriptor left, or somebody has reaped the child
        return ThreadWatch(loop, child, exited)
    return PidfdWatch(loop, child, exited, pidfd)


def reap(child: Popen[bytes]) -> int | None:
    """The return code of `child`, None if it still runs. Callable from any thread."""
    with _reaping:
        if child.returncode is None:
            try:
                ended, status = os.waitpid(child.pid, os.WNOHANG)
            except ChildProcessError:
                child.returncode = limits.UNKNOWN_RETURN_CODE
                logger.warning(_READ_ALREADY, child.pid, limits.UNKNOWN_RETURN_CODE)
            else:
                child.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return child.returncode


_READ_ALREADY = "child process pid %d exit status already read: will report returncode %d"
_reaping = threading.Lock()


class ChildWatch:
    """One child whose end the loop is to be told of."""

    _loop: Any
    _child: Popen[bytes]
    _exited: Exited

    def hold(self) -> None:
        """The loop knows of the watch, until the end of the child or its own."""
        loop = self._loop
        if loop._children is None:
            loop._children = set()
        loop._children.add(self)

    def finish(self) -> None:
        """Called in the loop's thread when the child has ended; more than once does no harm."""
        returncode = reap(self._child)
        watches = self._loop._children
        if returncode is not None and self in watches:
            watches.remove(self)
            self.release()
            self._exited(returncode)

    def release(self) -> None:
        """Close what the watch opened."""

    def go_on_apart(self) -> None:
        """This process is forked, and the child process is its parent's: forget it."""

    def let_go(self) -> None:
        """The loop closes: see that the child is reaped all the same, and tell nobody."""
        raise NotImplementedError


class PidfdWatch(ChildWatch):
    """A descriptor that is readable when the child has ended."""

    def __init__(self, loop: Any, child: Popen[bytes], exited: Exited, pidfd: int) -> None:
        self._loop = loop
        self._child = child
        self._exited = exited
        self._pidfd = pidfd
        try:
            loop.set_reader(pidfd, self.finish, ())
        except BaseException:
            os.close(pidfd)
            raise
        self.hold()

    def release(self) -> None:
        self._loop.unset_reader(self._pidfd)
        os.close(self._pidfd)

    def go_on_apart(self) -> None:
        self.release()

    def let_go(self) -> None:
        self.release()
        if reap(self._child) is None:
            _start_thread(_reap_at_the_end, self._child)


class ThreadWatch(ChildWatch):
    """A thread that waits for the child, and leaves its status to the loop while there is one."""

    def __init__(self, loop: Any, child: Popen[bytes], exited: Exited) -> None:
        self._loop = loop
        self._child = child
        self._exited = exited
        self._is_alone = False
        _start_thread(self._wait, child)
        self.hold()

    def _wait(self, child: Popen[bytes]) -> None:
        _wait_until_ended(child)
        if self._is_alone:
            reap(child)
            return
        try:
            self._loop.call_soon_threadsafe(self.finish)
        except RuntimeError:  # it was closed this moment
            reap(child)

    def let_go(self) -> None:
        self._is_alone = True
        reap(self._child)  # the thread may have asked the loop to do it


def _start_thread(function: Callable[[Popen[bytes]], None], child: Popen[bytes]) -> None:
    threading.Thread(target=function, args=(child,), name=f"plait_child_{child.pid}", daemon=True).start()


def _reap_at_the_end(child: Popen[bytes]) -> None:
    _wait_until_ended(child)
    reap(child)


def _wait_until_ended(child: Popen[bytes]) -> None:
    """Without reading the status, so that the process id stays the child's for whoever sends it a signal."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        child.wait()
        return
    with contextlib.suppress(ChildProcessError):  # somebody has reaped it
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
