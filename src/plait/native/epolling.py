"""The system's epoll: register descriptors, wait, read what came.

`open` gives a handle, `room` gives the space that `wait` fills; then `descriptor(room, i)` and `readiness(room, i)` tell
the i-th event.
"""

from __future__ import annotations

import select
from typing import Any

Handle = Any
Room = Any


def open_handle() -> Handle:
    """A new epoll instance, not inherited by child processes."""
    return select.epoll()


def close_handle(handle: Handle) -> None:
    """Close the instance."""
    handle.close()


def handle_descriptor(handle: Handle) -> int:
    """The descriptor of the instance itself."""
    return int(handle.fileno())


def add(handle: Handle, fd: int, mask: int) -> None:
    """Watch `fd` for the readiness in `mask`."""
    handle.register(fd, mask)


def change(handle: Handle, fd: int, mask: int) -> None:
    """Watch `fd` for another readiness."""
    handle.modify(fd, mask)


def arm(handle: Handle, fd: int, mask: int) -> None:
    """Watch `fd` for the readiness in `mask`, whether it is watched already or not."""
    try:
        handle.modify(fd, mask)
    except FileNotFoundError:
        handle.register(fd, mask)


def remove(handle: Handle, fd: int) -> None:
    """Watch `fd` no more."""
    handle.unregister(fd)


def make_room(count: int) -> Room:
    """Space for at most `count` events a call of `wait`."""
    return [(0, 0)] * count


def free_room(room: Room) -> None:
    """Give the space back."""


def wait(handle: Handle, timeout: float, room: Room, count: int) -> int:
    """Wait at most `timeout` seconds (-1: for ever) and return how many of at most `count` events came.

    A signal ends the wait early, with 0 events, once its Python handler has run. A timeout is rounded up to whole
    milliseconds, so that a timer is never early.
    """
    events = handle.poll(timeout, count)
    room[: len(events)] = events
    return len(events)


def descriptor(room: Room, index: int) -> int:
    """The descriptor of an event."""
    return int(room[index][0])


def readiness(room: Room, index: int) -> int:
    """What that descriptor is ready for, as EPOLL* bits."""
    return int(room[index][1])
