"""Futures of dask.distributed: waited for and cancelled on the loop of their client, whatever loop asks."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from typing import Any

from plait.base.errors import WorkLost
from plait.bridge.worlds.arriving import Teller, arrival
from plait.bridge.worlds.recognition import is_of_type


def await_dask(future: Any) -> Any:
    """Cancelling cancels it on the cluster. WorkLost: the cluster has given it up."""

    def attach(teller: Teller) -> None:
        coming.add_done_callback(lambda coming: _tell(teller, coming))

    def stop() -> None:
        cancel_soon(future)
        coming.cancel()

    coming = gather_threadsafe(future)
    return arrival(attach, stop)


def _tell(teller: Teller, coming: concurrent.futures.Future[Any]) -> None:
    if coming.cancelled():
        teller.error(WorkLost("the client of the Dask cluster was closed"))
    elif (error := coming.exception()) is not None:
        teller.error(as_lost(error))
    else:
        teller.result(coming.result())


def gather_threadsafe(future: Any) -> concurrent.futures.Future[Any]:
    """The result of a Dask future, fetched by its client's loop."""
    return asyncio.run_coroutine_threadsafe(_gather(future), future.client.loop.asyncio_loop)


async def _gather(future: Any) -> Any:
    """Cancelled, it leaves the fetching alone: a client fetches what several wait for with one request, which would be lost."""
    fetching = asyncio.ensure_future(future._result())  # as `Future.result()`; `Client.gather()` logs errors of its own
    fetching.add_done_callback(_look_at_error)
    await asyncio.wait([fetching])
    return fetching.result()


def _look_at_error(fetching: asyncio.Future[Any]) -> None:
    if not fetching.cancelled():
        fetching.exception()


def cancel_soon(future: Any) -> None:
    """Have the cluster forget the work; a task that a worker is at runs to its end. Callable from any thread."""
    with contextlib.suppress(RuntimeError):  # the client's loop is closed
        future.client.loop.asyncio_loop.call_soon_threadsafe(_cancel, future)


def _cancel(future: Any) -> None:
    if future.client.status == "running":
        task = asyncio.ensure_future(future.client.cancel(future, asynchronous=True, force=True))
        _cancelling.add(task)
        task.add_done_callback(_cancelling.discard)


def check_running(client: Any) -> None:
    """WorkLost if nothing can be given to the client."""
    if client.status not in ("running", "connecting"):
        raise WorkLost(f"the client of the Dask cluster is {client.status}: make a new one")


def as_lost(error: BaseException) -> BaseException:
    """Dask's own cancellation of a future and a broken connection, when the scheduler is gone, are one error to who waits."""
    if not isinstance(error, concurrent.futures.CancelledError) and not is_of_type(error, _CONNECTION_LOST):
        return error
    lost = WorkLost(f"the Dask cluster has given up the work: {error}")
    lost.__cause__ = error
    return lost


_CONNECTION_LOST = "distributed.comm.core.CommClosedError"
_cancelling: set[asyncio.Future[Any]] = set()
