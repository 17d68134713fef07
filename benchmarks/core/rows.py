"""The core suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.core import callbacks, footprint, sync, tasks, threads
from benchmarks.row import Row

MOST_BYTES = 0.6
"""A pending task has at most this share of the bytes of asyncio's."""

LONGEST_IMPORT = 1.5
"""`import plait` takes at most this many times as long as `import asyncio`."""

ROWS = (
    Row(name="sleep(0)", body=tasks.sleep_zero, floor=tasks.send_loop, bar=3.5),
    Row(name="spawn and await", body=tasks.spawn_and_await, floor=tasks.create_and_send, bar=3.0),
    Row(name="stock Task", body=tasks.stock_task),
    Row(name="gather 10k (per task)", body=tasks.gather, size=10_000, bar=3.5),
    Row(name="TaskGroup 10k (per task)", body=tasks.task_group, size=10_000, bar=3.0),
    Row(name="Queue put+get", body=sync.queue_put_get, bar=3.0),
    Row(name="Lock, 10 contenders", body=sync.lock, bar=4.0),
    Row(name="Event", body=sync.event, bar=3.0),
    Row(name="Semaphore", body=sync.semaphore, bar=3.0),
    Row(name="Condition", body=sync.condition, bar=3.0),
    Row(name="future: create, call_soon, await", body=callbacks.settle_future, bar=2.5),
    Row(name="call_soon", body=callbacks.call_soon, bar=1.3),
    Row(name="call_later + cancel", body=callbacks.call_later_cancel, bar=1.3),
    Row(name="100,000 timers firing", body=callbacks.timers_firing, size=100_000, bar=1.5),
    Row(name="timeout() block", body=callbacks.timeout_block, bar=4.0),
    Row(name="wait_for done future", body=callbacks.wait_for_done, bar=4.0),
    Row(name="to_thread", body=threads.to_thread, floor=threads.ping_pong, bar=1.7),
    Row(name="call_soon_threadsafe", body=threads.call_soon_threadsafe, bar=1.1),
    Row(
        name="run_coroutine_threadsafe",
        body=threads.run_coroutine_threadsafe,
        floor=threads.ping_pong,
        bar=1.5,
    ),
    Row(name="1,000 tasks (per task)", body=tasks.spawn_many, floor=tasks.create_then_send, size=1_000),
    Row(name="10,000 tasks (per task)", body=tasks.spawn_many, floor=tasks.create_then_send, size=10_000),
    Row(
        name="100,000 tasks (per task)",
        body=tasks.spawn_many,
        floor=tasks.create_then_send,
        size=100_000,
        most_rounds=2,
    ),
    Row(
        name="1,000,000 tasks (per task)",
        body=tasks.spawn_many,
        floor=tasks.create_then_send,
        size=1_000_000,
        most_rounds=1,
    ),
    Row(
        name="pending task (bytes)",
        body=footprint.pending_task,
        size=100_000,
        once=True,
        most_rounds=2,
        bar=1 / MOST_BYTES,
        stock_bar=None,
        against_asyncio=True,
    ),
    Row(
        name="import",
        probe=footprint.import_time,
        bar=1 / LONGEST_IMPORT,
        stock_bar=None,
        against_asyncio=True,
        without=frozenset({"plait-stock"}),
    ),
)

GROWTH = tuple(row.name for row in ROWS if row.body is tasks.spawn_many)
"""The rows that differ in the number of tasks only, from few to many: their cost per task should be flat."""
