"""``create_subprocess_exec``, ``create_subprocess_shell`` and the `Process` that they return."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import Process as StockProcess
from typing import Any

from plait.base import limits
from plait.process.stream_protocol import SubprocessStreamProtocol, report_ignored
from plait.tasks.gather import gather


class Process(StockProcess):
    """A child process with streams. See `asyncio.subprocess.Process`."""

    def __init__(self, transport: Any, protocol: Any, loop: Any) -> None:
        self._transport = transport
        self._protocol = protocol
        self._loop = loop
        self.pid = transport.get_pid()
        self.stdin = protocol.stdin
        self.stdout = protocol.stdout
        self.stderr = protocol.stderr
        self._is_feeding = False
        self._output: dict[int, list[bytes]] = {1: [], 2: []}  # of a communicate() that was cancelled

    @property
    def returncode(self) -> int | None:
        """The exit code, below 0 the signal that ended it, None while it runs."""
        return self._transport.get_returncode()  # type: ignore[no-any-return]

    async def wait(self) -> int:
        """Wait until the child has ended and return `returncode`."""
        return await self._transport._wait()  # type: ignore[no-any-return]

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

        If it is cancelled, nothing of the output is lost: call it again, without `input`, for all of it.
        """
        if self._is_feeding and input is not None:
            raise ValueError("the input of a cancelled communicate() is under way: call communicate() without input")
        parts = [self._feed(input)] if self.stdin is not None else []
        parts += [self._collect(fd) for fd in (1, 2) if self._reader(fd) is not None]
        if len(parts) == 1:
            await parts[0]
        elif parts:
            await gather(*parts)
        await self.wait()
        return self._take_output(1), self._take_output(2)

    def _reader(self, fd: int) -> Any:
        return self.stdout if fd == 1 else self.stderr

    async def _feed(self, input: Any) -> None:
        stdin: Any = self.stdin
        self._is_feeding = True
        try:
            if input is not None:
                stdin.write(input)
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:  # it did not want all of it
            report_ignored(self._loop, self, error)
        self._is_feeding = False
        stdin.close()

    async def _collect(self, fd: int) -> None:
        reader, output = self._reader(fd), self._output[fd]
        while data := await reader.read(limits.PIPE_READ_BYTES):
            output.append(data)
        pipe = self._transport.get_pipe_transport(fd)
        if pipe is not None:
            pipe.close()

    def _take_output(self, fd: int) -> bytes | None:
        if self._reader(fd) is None:
            return None
        output, self._output[fd] = self._output[fd], []
        return b"".join(output)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.pid}>"


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
