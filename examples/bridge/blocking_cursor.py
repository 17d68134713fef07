"""A blocking database, sqlite3, under a loop that goes on: queries in threads, rows read ahead, a query that is cut off."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from plait import bridge

DATABASE = bridge.CapacityLimiter(2)  # so many queries at a time, whatever else is in threads


def fill(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table measured (value)")
        connection.executemany("insert into measured values (?)", [(n,) for n in range(1000)])
        return connection.total_changes


def rows(path: Path) -> Iterator[int]:
    """Opened, read and closed in one thread, as sqlite3 demands."""
    with closing(sqlite3.connect(path)) as connection:
        for (value,) in connection.execute("select value from measured order by value"):
            yield value


def endless(path: Path) -> None:
    """sqlite3 asks every 1,000 steps whether to go on: that is where the cancellation is heard."""

    def goes_on() -> int:
        bridge.check_cancelled()
        return 0

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(goes_on, 1000)
        connection.execute("with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data")
        print("rows written:", await bridge.thread(fill, path, limiter=DATABASE))
        total = 0
        async for value in bridge.async_iter_in_thread(lambda: rows(path), limiter=DATABASE):
            total += value
        print("sum:", total)
        try:
            async with asyncio.timeout(0.05):
                await bridge.thread(endless, path, limiter=DATABASE)
        except (TimeoutError, sqlite3.OperationalError) as error:
            print("cut off:", type(error).__name__)


asyncio.run(main())
