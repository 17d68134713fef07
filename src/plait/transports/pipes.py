"""What a pipe transport can be of, and what its reader or writer does when it is gone."""

from __future__ import annotations

import os
import select
import stat
from typing import Any

_HANG_UP = select.POLLERR | select.POLLHUP | select.POLLNVAL | getattr(select, "POLLRDHUP", 0)


def check_kind(fd: int, pipe: Any) -> bool:
    """Whether it is a device; raises if it is nothing that can be waited for."""
    mode = os.fstat(fd).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode):
        return stat.S_ISCHR(mode)
    raise ValueError(
        "Pipe transport is for pipes, sockets and character devices only, which "
        f"{pipe!r} is not: use a file in a thread, by asyncio.to_thread()"
    )


def is_hung_up(fd: int) -> bool:
    """Whether the other end of a pipe or a socket is closed."""
    poll = select.poll()
    poll.register(fd, _HANG_UP)
    return bool(poll.poll(0))
