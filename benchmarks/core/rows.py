"""The core suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.core import callbacks, footprint, sync, tasks, threads
from benchmarks.core.row import CoreRow
from benchmarks.suite import Suite

MOST_BYTES = 0.6
"""A pending task has at most this share of the bytes of asyncio's."""

LONGEST_IMPORT = 1.5
"""`import plait` takes at most this many times as long as `import asyncio`."""

ROWS = (
    CoreRow(name="sleep(0)", body=tasks.sleep_zero, floor=tasks.send_loop, bar=3.5),
    CoreRow(name="spawn and await", body=tasks.spawn_and_await, floor=tasks.create_and_send, bar=3.0),
    CoreRow(name="stock Task", body=tasks.stock_task),
    CoreRow(name="gather 10k (per task)", body=tasks.gather, size=10_000, bar=3.5),
    CoreRow(name="TaskGroup 10k (per task)", body=tasks.task_group, size=10_000, bar=3.0),
    CoreRow(name="Queue put+get", body=sync.queue_put_get, bar=3.0),
    CoreRow(name="Lock, 10 contenders", body=sync.lock, bar=4.0),
    CoreRow(name="Event", body=sync.event, bar=3.0),
    CoreRow(name="Semaphore", body=sync.semaphore, bar=3.0),
    CoreRow(name="Condition", body=sync.condition, bar=3.0),
    CoreRow(name="future: create, call_soon, await", body=callbacks.settle_future, bar=2.5),
    CoreRow(name="call_soon", body=callbacks.call_soon, bar=1.3),
    CoreRow(name="call_later + cancel", body=callbacks.call_later_cancel, bar=1.3),
    CoreRow(name="100,000 timers firing", body=callbacks.timers_firing, size=100_000, bar=1.5),
    CoreRow(name="timeout() block", body=callbacks.timeout_block, bar=4.0),
    CoreRow(name="wait_for done future", body=callbacks.wait_for_done, bar=4.0),
    CoreRow(name="to_thread", body=threads.to_thread, floor=threads.ping_pong, bar=1.7),
    CoreRow(name="call_soon_threadsafe", body=threads.call_soon_threadsafe, bar=1.1),
    CoreRow(
        name="run_coroutine_threadsafe",
        body=threads.run_coroutine_threadsafe,
        floor=threads.ping_pong,
        bar=1.5,
    ),
    CoreRow(name="1,000 tasks (per task)", body=tasks.spawn_many, floor=tasks.create_then_send, size=1_000),
    CoreRow(name="10,000 tasks (per task)", body=tasks.spawn_many, floor=tasks.create_then_send, size=10_000),
    CoreRow(
        name="100,000 tasks (per task)",
        body=tasks.spawn_many,
        floor=tasks.create_then_send,
        size=100_000,
        most_rounds=2,
    ),
    CoreRow(
        name="1,000,000 tasks (per task)",
        body=tasks.spawn_many,
        floor=tasks.create_then_send,
        size=1_000_000,
        most_rounds=1,
    ),
    CoreRow(
        name="pending task (bytes)",
        body=footprint.pending_task,
        size=100_000,
        once=True,
        most_rounds=2,
        bar=1 / MOST_BYTES,
        stock_bar=None,
        against="asyncio",
    ),
    CoreRow(
        name="import",
        probe=footprint.import_time,
        bar=1 / LONGEST_IMPORT,
        stock_bar=None,
        against="asyncio",
        without=frozenset({"plait-stock"}),
    ),
)

SUITE = Suite(
    name="core",
    rows=ROWS,
    explanation="Nanoseconds an operation (bytes where the row says so). ×: the best peer's figure divided by plait's\n"
    "(asyncio's for bytes and import), higher is better.",
    growth=tuple(row.name for row in ROWS if row.body is tasks.spawn_many),
)
