"""Which engine `on=` means."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.bridge.mapping.dask_engine import DaskEngine
from plait.bridge.mapping.engines import ExecutorEngine, TaskEngine
from plait.bridge.mapping.threads_engine import ThreadsEngine
from plait.bridge.workers.pool import ProcessPool, default_pool
from plait.bridge.worlds.recognition import is_of_type
from plait.tasks import coroutine_kinds

if TYPE_CHECKING:
    from plait.bridge.mapping.engines import Engine

CHOICES = (
    "'threads', 'processes', a bridge.ProcessPool, an Executor of concurrent.futures, or a Client of dask.distributed"
)


def engine_for(on: Any, fn: Any, limit: int | None) -> Engine:
    """What `on` means for `fn`."""
    if not callable(fn):
        raise TypeError(f"map() needs a function of one item, got {fn!r}")
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be 1 at least, not {limit!r}: so many items are worked on at a time")
    if coroutine_kinds.is_coroutine_function(fn):
        if on is not None:
            raise TypeError(f"a coroutine function runs on the loop: leave out on={on!r}, or give a plain function")
        return TaskEngine(fn, limit or limits.MAP_TASKS)
    if on is None or on == "threads":
        return ThreadsEngine(fn, limit or limits.MAP_THREADS, 2 if limit else limits.MAP_QUEUED_A_WORKER)
    if on == "processes":
        return processes_engine(default_pool(), fn, limit)
    if isinstance(on, ProcessPool):
        return processes_engine(on, fn, limit)
    if is_of_type(on, "distributed.client.Client"):
        return DaskEngine(on, fn, limit or limits.MAP_CLUSTER_ITEMS)
    if isinstance(on, concurrent.futures.Executor):
        return ExecutorEngine(
            on, fn, limit or limits.MAP_QUEUED_A_WORKER * getattr(on, "_max_workers", limits.MAP_THREADS)
        )
    raise TypeError(f"on={on!r} is no place to run at; it can be {CHOICES}")


def processes_engine(pool: ProcessPool, fn: Any, limit: int | None) -> Engine:
    """A task for each call waits for a worker process and for its answer; stopping it kills the worker."""

    async def run_there(item: Any) -> Any:
        return await pool.run(fn, item)

    return TaskEngine(run_there, limit or 2 * pool.workers)
