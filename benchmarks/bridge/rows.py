"""The bridge suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.bridge import calls, maps, queues
from benchmarks.bridge.row import crossing
from benchmarks.contestants import WAYS
from benchmarks.suite import Suite

ROWS = (
    crossing("from_callback", calls.from_callback, bar=1.0, asyncio=calls.future_by_hand),
    crossing("… by hand", calls.future_by_hand, asyncio=calls.future_by_hand),
    crossing("bridge.thread", calls.plait_thread, bar=1.5, asyncio=calls.asyncio_to_thread, anyio=calls.anyio_thread),
    crossing(
        "from_thread.run",
        calls.plait_from_thread,
        bar=1.5,
        asyncio=calls.stock_from_thread,
        anyio=calls.anyio_from_thread,
        asgiref=calls.asgiref_from_thread,
    ),
    crossing(
        "Queue, thread to coroutine",
        queues.from_thread,
        bar=1.5,
        janus=queues.from_thread,
        culsans=queues.from_thread,
    ),
    crossing("Queue, coroutine to thread", queues.to_thread, bar=1.5, janus=queues.to_thread, culsans=queues.to_thread),
    crossing(
        "Queue, there and back",
        queues.round_trip,
        bar=1.5,
        floor=queues.two_locks,
        janus=queues.round_trip,
        culsans=queues.round_trip,
    ),
    crossing("map over threads", maps.map_over_threads, bar=1, asyncio=maps.executor_map),
    crossing("map over an executor", maps.map_over_an_executor, bar=1, asyncio=maps.gather_of_an_executor),
    crossing("process", maps.process, bar=1, asyncio=maps.process_executor),
)

SUITE = Suite(
    name="bridge",
    rows=ROWS,
    contestants=WAYS,
    explanation="Nanoseconds a crossing. ×: the best peer's figure divided by plait's, higher is better.",
)
