"""Waiting until a transport is of use, for whoever asked for it."""

from __future__ import annotations

from typing import Any


async def wait_made(transport: Any, waiter: Any) -> None:
    """Wait for the connection to be made. If that fails or is cancelled nobody gets the transport, and it is aborted.

    Closing it could take as long as the peer likes, on a socket that the caller may well close himself.
    """
    try:
        await waiter
    except BaseException:
        transport.abort()
        if waiter.done() and not waiter.cancelled():
            waiter.exception()  # who was cancelled just then does not hear of it, and that is no neglect
        raise
