"""Worlds of the standard library: executors, pools of `multiprocessing`, child processes, threads."""

from __future__ import annotations

import asyncio
import os
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import SelfDeadlock, WorkLost
from plait.bridge.worlds.arriving import Teller, arrival, arrival_in_thread
from plait.bridge.worlds.other_loops import tell

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.pool import AsyncResult
    from subprocess import Popen


def await_concurrent(future: Future[Any]) -> Any:
    """Cancelling cancels what has not begun."""
    return arrival(lambda teller: future.add_done_callback(partial(tell, teller)), future.cancel)


def await_pool_result(result: AsyncResult[Any]) -> Any:
    """`multiprocessing` cannot cancel a job. A pool that is terminated forgets its jobs, and this says so."""

    def wait(teller: Teller) -> Any:
        while not result.ready() and teller.is_awaited:
            result.wait(limits.OTHER_LOOP_LOOK_SECONDS)
            if not result.ready() and getattr(getattr(result, "_pool", None), "_state", None) == "TERMINATE":
                raise WorkLost("the multiprocessing pool was terminated before the job was done")
        return result.get() if teller.is_awaited else None

    return arrival_in_thread(wait, "pool")


async def await_child(child: Popen[Any]) -> int:
    """The return code. Cancelling terminates the process."""
    returncode = child.poll()
    if returncode is not None:
        return returncode
    try:
        try:
            pidfd = os.pidfd_open(child.pid)
        except (AttributeError, OSError):  # not Linux, forbidden, or no descriptor left
            return await arrival_in_thread(lambda teller: child.wait(), "child")  # type: ignore[no-any-return]
        await _readable(pidfd)
    except asyncio.CancelledError:
        child.terminate()
        raise
    return child.wait()


async def _readable(descriptor: int) -> None:
    """Wait until the descriptor is readable, and close it."""
    loop = asyncio.get_running_loop()
    try:
        readable = loop.create_future()
        loop.add_reader(descriptor, _finish, readable)
        try:
            await readable
        finally:
            loop.remove_reader(descriptor)
    finally:
        os.close(descriptor)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def await_thread(thread: threading.Thread) -> None:
    """Wait until the thread has ended. Nobody can cancel a thread: it goes on."""
    if thread is threading.current_thread():
        raise SelfDeadlock("a thread cannot wait for its own end: wrap() the thread in another one")
    if thread.ident is None:
        raise RuntimeError(f"{thread!r} was not started, so its end would never come: call its start() first")
    if thread.is_alive():
        await arrival_in_thread(lambda teller: _join(thread, teller), thread.name)


def _join(thread: threading.Thread, teller: Teller) -> None:
    while thread.is_alive() and teller.is_awaited:
        thread.join(limits.OTHER_LOOP_LOOK_SECONDS)
