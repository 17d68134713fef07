"""Connecting to the first of several addresses that answers: one after the other, or staggered as RFC 8305, section 5."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from plait.net import addresses
from plait.tasks.wait import wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plait.net.addresses import AddressInfo


async def connect(
    loop: Any,
    infos: Sequence[AddressInfo],
    *,
    local_infos: Sequence[AddressInfo] | None = None,
    happy_eyeballs_delay: float | None = None,
    interleave: int | None = None,
    all_errors: bool = False,
) -> socket.socket:
    """A socket that is connected to one of `infos`, bound to one of `local_infos` of the same family if those are given.

    Every other socket that was opened on the way is closed, whatever happens. See `asyncio.loop.create_connection`.
    """
    if happy_eyeballs_delay is not None and interleave is None:
        interleave = 1
    if interleave:
        infos = addresses.interleave(list(infos), interleave)
    errors: list[OSError] = []
    try:
        if happy_eyeballs_delay is None or len(infos) < 2:
            sock = await _connect_in_turn(loop, infos, local_infos, errors)
        else:
            sock = await _Race(loop, local_infos, happy_eyeballs_delay, errors).run(iter(infos))
        if sock is None:
            raise _combined(errors, all_errors)
        return sock
    finally:
        errors.clear()  # their tracebacks refer to the frames that refer to them


async def _connect_in_turn(
    loop: Any, infos: Sequence[AddressInfo], local_infos: Sequence[AddressInfo] | None, errors: list[OSError]
) -> socket.socket | None:
    for info in infos:
        try:
            return await _attempt(loop, info, local_infos)
        except OSError as error:
            errors.append(error)
    return None


class _Race:
    """Attempts that begin `delay` seconds after one another, or when the one before has failed; the first to connect wins.

    The socket of an attempt is the attempt's while it runs, and closed by it when it fails. One that has succeeded is the
    winner, or closed by `_end`.
    """

    def __init__(
        self, loop: Any, local_infos: Sequence[AddressInfo] | None, delay: float, errors: list[OSError]
    ) -> None:
        self._loop = loop
        self._local_infos = local_infos
        self._delay = delay
        self._errors = errors
        self._running: list[asyncio.Task[socket.socket]] = []

    async def run(self, infos: Iterator[AddressInfo]) -> socket.socket | None:
        winner = None
        try:
            winner = await self._first_to_connect(infos)
            await self._end()
        except BaseException:
            if winner is not None:
                winner.close()
            await self._end()
            raise
        return winner

    async def _first_to_connect(self, infos: Iterator[AddressInfo]) -> socket.socket | None:
        for info in infos:
            winner = await self._begin(info)
            if winner is not None:
                return winner
        winner = None
        while self._running and winner is None:
            await wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            winner = self._take_finished()
        return winner

    async def _begin(self, info: AddressInfo) -> socket.socket | None:
        """Start an attempt, and wait until the next one is to begin or a race is won."""
        newest = self._loop.create_task(_attempt(self._loop, info, self._local_infos))
        self._running.append(newest)
        deadline = self._loop.time() + self._delay
        winner = None
        while winner is None and newest in self._running and (left := deadline - self._loop.time()) > 0:
            await wait(self._running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            winner = self._take_finished()
        return winner

    def _take_finished(self) -> socket.socket | None:
        for task in [task for task in self._running if task.done()]:
            self._running.remove(task)
            try:
                return task.result()
            except OSError as error:
                self._errors.append(error)
        return None

    async def _end(self) -> None:
        """Cancel the other attempts and wait for them; cancelled here in turn, leave them to close their sockets."""
        running = self._running
        self._running = []
        for task in running:
            task.cancel()
            if task.done():
                _close_result(task)
            else:
                task.add_done_callback(_close_result)
        if running:
            await wait(running)


def _close_result(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


async def _attempt(loop: Any, info: AddressInfo, local_infos: Sequence[AddressInfo] | None) -> socket.socket:
    family, kind, proto, _, address = info
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)
        if local_infos is not None:
            _bind_to_first(sock, family, local_infos)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _bind_to_first(sock: socket.socket, family: int, local_infos: Sequence[AddressInfo]) -> None:
    failure = None
    for local_family, _, _, _, address in local_infos:
        if local_family != family:
            continue
        try:
            return sock.bind(address)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            failure = OSError(error.errno, f"error while attempting to bind on address {address!r}: {why}")
    try:
        raise failure or OSError(f"no matching local address with {family=} found")
    finally:
        failure = None  # its traceback refers to this frame


def _combined(errors: list[OSError], all_errors: bool) -> BaseException:
    """One exception for the failures of all attempts."""
    if all_errors:
        return ExceptionGroup("create_connection failed", list(errors))
    if not errors:
        return OSError("create_connection failed: there is no address to connect to")
    texts = [str(error) for error in errors]
    if len(set(texts)) == 1:
        return errors[0]
    return OSError(f"Multiple exceptions: {', '.join(texts)}")
