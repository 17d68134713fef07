"""``create_subprocess_exec``, ``create_subprocess_shell`` and the `Process` that they return."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import Process as StockProcess
from typing import Any

from plait.base import limits
from plait.process.stream_protocol import SubprocessStreamProtocol
from plait.tasks.gather import gather
from plait.tasks.spawn import create_task
from plait.tasks.wait import wait


class Process(StockProcess):
    """A child process with streams. See `asyncio.subprocess.Process`."""

    def __init__(self, transport: Any, protocol: Any, loop: Any) -> None:
        self._transport = transport
        self._protocol = protocol
        self._loop = loop
        self.pid = transport.get_pid()
        self.stdin, self.stdout, self.stderr = protocol.take_streams()
        self._sent_input = False
        self._output = {1: b"", 2: b""}  # read to its end by a communicate() that was cancelled later

    @property
    def returncode(self) -> int | None:
        """The exit code, below 0 the signal that ended it, None while it runs."""
        return self._transport.get_returncode()  # type: ignore[no-any-return]

    async def wait(self) -> int:
        """Wait until the child has ended and return `returncode`."""
        returncode = self.returncode
        return await self._transport._wait() if returncode is None else returncode

    def send_signal(self, signal: int) -> None:
        """Send the child a signal."""
        self._transport.send_signal(signal)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._transport.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._transport.kill()

    async def communicate(self, input: Any = None) -> tuple[Any, Any]:
        """Send `input`, read both outputs to their end, wait for the child.

        If it is cancelled nothing is lost: call it again, without `input`, for all of the output.
        """
        if self.stdin is not None:
            self._send(input)
        parts = [self._collect(fd) for fd in (1, 2) if self._reader(fd) is not None]
        if len(parts) == 2:
            await _both(*parts)
        elif parts:
            await parts[0]
        await self.wait()
        return self._take_output(1), self._take_output(2)

    def _send(self, input: Any) -> None:
        """Closing writes what is queued; a child that ends before has not wanted it."""
        stdin: Any = self.stdin
        if input is not None:
            if self._sent_input:
                raise ValueError("communicate() has sent its input already: call it without input to go on")
            stdin.write(input)
            self._sent_input = True
        stdin.close()

    def _reader(self, fd: int) -> Any:
        return self.stdout if fd == 1 else self.stderr

    async def _collect(self, fd: int) -> None:
        self._output[fd] += await self._reader(fd).read()  # which takes nothing before the end

    def _take_output(self, fd: int) -> bytes | None:
        output, self._output[fd] = self._output[fd], b""
        return None if self._reader(fd) is None else output

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.pid}>"


async def _both(first: Any, second: Any) -> None:
    """Run both; if one fails or is cancelled, nothing goes on in the background."""
    tasks = [create_task(first), create_task(second)]
    try:
        await gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await wait(tasks)
        raise


async def create_subprocess_exec(
    program: Any,
    *args: Any,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    limit: int = limits.STREAM_LIMIT_BYTES,
    **options: Any,
) -> Process:
    """Run `program` with `args` as a child process. See `asyncio.create_subprocess_exec`."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: SubprocessStreamProtocol(limit, loop),
        program,
        *args,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        **options,
    )
    return Process(transport, protocol, loop)


async def create_subprocess_shell(
    cmd: str | bytes,
    stdin: Any = None,
    stdout: Any = None,
    stderr: Any = None,
    limit: int = limits.STREAM_LIMIT_BYTES,
    **options: Any,
) -> Process:
    """Run `cmd` by the shell as a child process. See `asyncio.create_subprocess_shell`."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_shell(
        lambda: SubprocessStreamProtocol(limit, loop), cmd, stdin=stdin, stdout=stdout, stderr=stderr, **options
    )
    return Process(transport, protocol, loop)


PIPE = subprocess.PIPE
STDOUT = subprocess.STDOUT
DEVNULL = subprocess.DEVNULL
