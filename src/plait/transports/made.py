"""Waiting until a transport is of use, for whoever asked for it."""

from __future__ import annotations

from typing import Any


async def wait_made(transport: Any, waiter: Any) -> None:
    """Wait for the connection to be made. If that fails or is cancelled nobody gets the transport, and it is aborted.

    Closing it could take as long as the peer likes, on a socket that the caller may well close himself. The result of
    `waiter` is the error, if there is one: an exception of a future makes a cycle with each frame that it passes.
    """
    error = None
    try:
        error = await waiter
        if error is not None:
            raise error
    except BaseException:
        transport.abort()
        raise
    finally:
        del waiter, error  # the error's traceback holds this frame; the callers drop `waiter` as well


def tell(waiter: Any) -> None:
    """Tell who waits for a transport to be made, if somebody does, that it is."""
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
