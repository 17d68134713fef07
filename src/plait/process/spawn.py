"""Starting a child process: ``loop.subprocess_exec`` and ``loop.subprocess_shell``.

`subprocess.Popen` forks and executes, in the thread of the loop: the kernel ties a child to the thread that made it
(PR_SET_PDEATHSIG), and the interpreter holds the GIL until the new program is loaded, so that another thread would not keep the
loop any freer. With vfork that takes less than a millisecond, whatever the size of this process.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import ExitStack
from io import FileIO
from typing import TYPE_CHECKING, Any

from plait.process import options as popen_options
from plait.process.child_watch import watch_child
from plait.process.transport import SubprocessTransport

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
    popen_options.check(options, shell=False)
    return await _spawn(loop, protocol_factory, (program, *args), (stdin, stdout, stderr), {**options, "shell": False})


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
    return await _spawn(loop, protocol_factory, cmd, (stdin, stdout, stderr), {**options, "shell": True})


async def _spawn(
    loop: Any, protocol_factory: Callable[[], Any], args: Any, streams: tuple[Any, ...], options: dict[str, Any]
) -> tuple[SubprocessTransport, Any]:
    protocol = protocol_factory()
    transport = _start(loop, protocol, args, streams, options)
    try:
        await transport.connect()
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
    with ExitStack() as on_failure, ExitStack() as childs_own:
        given, files = _open_streams(streams, options.pop("pipesize", -1), on_failure, childs_own)
        child = subprocess.Popen(args, bufsize=0, **given, **options)
        transport = SubprocessTransport(loop, protocol, child, files)
        on_failure.callback(_abandon, transport, child)
        watch_child(loop, child, transport.process_exited)
        for fd, file in files.items():
            setattr(child, _NAMES[fd], file)  # as if Popen had made the pipe
        on_failure.pop_all()
        return transport


def _open_streams(
    streams: tuple[Any, ...], pipe_size: int, on_failure: ExitStack, childs_own: ExitStack
) -> tuple[dict[str, Any], dict[int, FileIO]]:
    """What to give Popen for the three streams, and our ends of the pipes among them.

    Popen itself, before Python 3.13, loses descriptors when it runs out of them half-way.
    """
    given: dict[str, Any] = {}
    files: dict[int, FileIO] = {}
    for fd, stream in enumerate(streams):
        given[_NAMES[fd]] = stream
        if stream == PIPE:
            given[_NAMES[fd]], files[fd] = _open_pipe(fd, pipe_size, on_failure, childs_own)
    return given, files


def _open_pipe(fd: int, size: int, on_failure: ExitStack, childs_own: ExitStack) -> tuple[int, FileIO]:
    """The child's end, for as long as `childs_own` is open, and ours."""
    read_end, write_end = os.pipe()
    theirs, ours = (read_end, write_end) if fd == 0 else (write_end, read_end)
    childs_own.callback(os.close, theirs)
    file = FileIO(ours, "wb" if fd == 0 else "rb")
    on_failure.callback(file.close)
    if size > 0:
        _set_size(ours, size)
    return theirs, file


def _set_size(fd: int, size: int) -> None:
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, size)


def _abandon(transport: SubprocessTransport, child: subprocess.Popen[bytes]) -> None:
    """No watch could be had, and nobody will hear of the child: end it here."""
    transport.close()
    child.wait()
