"""A Dask cluster: scheduling, spilling and the loss of workers are its job; losing the scheduler is an error that may be retried.

The client's loop is another one, unless the client was made with `asynchronous=True` on this one. It is reached by
``run_coroutine_threadsafe``, and no thread waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base.errors import WorkLost
from plait.bridge.mapping.engines import Engine
from plait.bridge.worlds import dask_futures

if TYPE_CHECKING:
    from plait.bridge.mapping.call import Call
    from plait.bridge.mapping.crossing import Crossing


class DaskEngine(Engine):
    """`client.submit` for each item."""

    def __init__(self, client: Any, fn: Any, depth: int) -> None:
        self._client = client
        self._fn = fn
        self.depth = depth

    def open(self, crossing: Crossing) -> None:
        self._ended = crossing.send

    def start(self, call: Call) -> None:
        dask_futures.check_running(self._client)
        future = self._client.submit(self._fn, call.item, pure=False)
        coming = dask_futures.gather_threadsafe(future)
        call.work = _Work(future, coming)
        coming.add_done_callback(lambda _: self._ended(call))

    def take(self, call: Call) -> None:
        coming = call.work.coming
        if coming.cancelled():
            call.error = WorkLost("the client of the Dask cluster was closed while the map was under way")
            return
        error = coming.exception()
        if error is None:
            call.result = coming.result()
        else:
            call.error = dask_futures.as_lost(error)

    def stop(self, call: Call) -> None:
        call.work.cancel()


class _Work:
    """A future of Dask, and its result on the way here."""

    __slots__ = ("coming", "future")

    def __init__(self, future: Any, coming: Any) -> None:
        self.future = future
        self.coming = coming

    def cancel(self) -> None:
        dask_futures.cancel_soon(self.future)
        self.coming.cancel()

    def cancelled(self) -> bool:
        return bool(self.coming.cancelled())
