"""Starting a child process: ``loop.subprocess_exec`` and ``loop.subprocess_shell``.

`subprocess.Popen` forks and executes, in the thread of the loop: the kernel ties a child to the thread that made it
(PR_SET_PDEATHSIG), and the interpreter holds the GIL until the new program is loaded, so that another thread would not keep the
loop any freer. With vfork that takes less than a millisecond, whatever the size of this process.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from io import FileIO
from typing import TYPE_CHECKING, Any

from plait.process import options as popen_options
from plait.process.child_watch import watch_child
from plait.process.transport import SubprocessTransport
from plait.tasks.sleep import sleep
from plait.transports import base

if TYPE_CHECKING:
    from collections.abc import Callable

PIPE = subprocess.PIPE
STDOUT = subprocess.STDOUT
DEVNULL = subprocess.DEVNULL

_NAMES = ("stdin", "stdout", "stderr")


async def subprocess_exec(
    loop: Any,
    protocol_factory: Callable[[], Any],
    program: Any,
    *args: Any,
    stdin: Any = PIPE,
    stdout: Any = PIPE,
    stderr: Any = PIPE,
    **options: Any,
) -> tuple[SubprocessTransport, Any]:
    """See `asyncio.loop.subprocess_exec`."""
    if options:
        popen_options.check(options, shell=False)
    return await _spawn(loop, protocol_factory, (program, *args), (stdin, stdout, stderr), options)


async def subprocess_shell(
    loop: Any,
    protocol_factory: Callable[[], Any],
    cmd: Any,
    *,
    stdin: Any = PIPE,
    stdout: Any = PIPE,
    stderr: Any = PIPE,
    **options: Any,
) -> tuple[SubprocessTransport, Any]:
    """See `asyncio.loop.subprocess_shell`."""
    popen_options.check_command(cmd)
    popen_options.check(options, shell=True)
    options["shell"] = True
    return await _spawn(loop, protocol_factory, cmd, (stdin, stdout, stderr), options)


async def _spawn(
    loop: Any, protocol_factory: Callable[[], Any], args: Any, streams: tuple[Any, ...], options: dict[str, Any]
) -> tuple[SubprocessTransport, Any]:
    protocol = protocol_factory()
    base.check_protocol(protocol)
    transport = _start(loop, protocol, args, streams, options)
    try:
        for fd, end in transport.pipe_ends():
            connect = loop.connect_write_pipe if fd == 0 else loop.connect_read_pipe
            await connect(lambda end=end: end, end.file)
        transport.introduce()
        await sleep(0)  # the protocol is told in a turn of its own
    except (Exception, asyncio.CancelledError):
        transport.close()
        await transport._wait()
        raise
    except BaseException:
        transport.close()
        raise
    return transport, protocol


def _start(
    loop: Any, protocol: Any, args: Any, streams: tuple[Any, ...], options: dict[str, Any]
) -> SubprocessTransport:
    """Everything before the first await: what it has opened is closed again if it fails."""
    files: dict[int, FileIO] = {}
    if PIPE in streams:
        child = _fork_with_pipes(args, streams, options, files)
    else:
        stdin, stdout, stderr = streams
        child = subprocess.Popen(args, 0, stdin=stdin, stdout=stdout, stderr=stderr, **options)
    transport = SubprocessTransport(loop, protocol, child, files)
    try:
        watch_child(loop, child, transport.process_exited)
    except BaseException:  # nobody would hear of its end
        transport.close()
        child.wait()
        raise
    return transport


def _fork_with_pipes(
    args: Any, streams: tuple[Any, ...], options: dict[str, Any], files: dict[int, FileIO]
) -> subprocess.Popen[bytes]:
    """The child; our ends of its pipes go to `files`.

    The pipes are made here because Popen, before Python 3.13, loses descriptors when it runs out of them half-way.
    """
    theirs: list[int] = []
    size = options.pop("pipesize", -1)
    try:
        stdin, stdout, stderr = [
            _open_pipe(fd, size, files, theirs) if stream == PIPE else stream for fd, stream in enumerate(streams)
        ]
        child = subprocess.Popen(args, 0, stdin=stdin, stdout=stdout, stderr=stderr, **options)
    except BaseException:
        for file in files.values():
            file.close()
        raise
    finally:
        for fd in theirs:
            os.close(fd)
    for fd, file in files.items():
        setattr(child, _NAMES[fd], file)  # as if Popen had made the pipe
    return child


def _open_pipe(fd: int, size: int, files: dict[int, FileIO], theirs: list[int]) -> int:
    """The child's end of a new pipe; ours becomes ``files[fd]``."""
    read_end, write_end = os.pipe()
    their_end, our_end = (read_end, write_end) if fd == 0 else (write_end, read_end)
    theirs.append(their_end)
    files[fd] = FileIO(our_end, "wb" if fd == 0 else "rb")
    if size > 0:
        _set_size(our_end, size)
    return their_end


def _set_size(fd: int, size: int) -> None:
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, size)
