"""aiofiles and aiosqlite: a thread for each operation, a thread for each connection."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import aiofiles
import aiofiles.os
import aiofiles.tempfile
import aiosqlite
import pytest

from .waiting import cancelled_after, until


async def test_files_side_by_side(tmp_path: Path) -> None:
    async def write_and_read(number: int) -> str:
        path = tmp_path / str(number)
        async with aiofiles.open(path, "w") as file:
            for line in range(100):
                await file.write(f"{number}.{line}\n")
        async with aiofiles.open(path) as file:
            lines = [line async for line in file]
        assert lines == [f"{number}.{line}\n" for line in range(100)]
        await aiofiles.os.rename(path, tmp_path / f"{number} done")
        return lines[-1]

    assert await asyncio.gather(*map(write_and_read, range(20))) == [f"{number}.99\n" for number in range(20)]
    assert len(await aiofiles.os.listdir(tmp_path)) == 20


async def test_a_temporary_file_and_a_read_cancelled_in_the_middle(tmp_path: Path) -> None:
    async with aiofiles.tempfile.NamedTemporaryFile("wb+", dir=tmp_path) as file:
        await file.write(b"x" * 1_000_000)
        await file.seek(0)
        for _ in range(10):
            read = asyncio.create_task(file.read(1000))
            await asyncio.sleep(0)
            read.cancel()
            with pytest.raises(asyncio.CancelledError):
                await read
        await file.seek(0)
        assert len(await file.read()) == 1_000_000
    assert not await aiofiles.os.listdir(tmp_path)


class Hold:
    """A function of SQL: the query is in the middle, in the connection's thread, until the test releases it."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.release = threading.Event()

    def __call__(self) -> bool:
        self.begun.set()
        return self.release.wait()


@pytest.fixture
def hold() -> Iterator[Hold]:
    hold = Hold()
    yield hold
    hold.release.set()  # whatever failed: its thread is to end


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    path = tmp_path / "counts.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE count (name TEXT PRIMARY KEY, value INT)")
        database.execute("INSERT INTO count VALUES ('a', 0)")
        database.commit()
    return path


async def add(path: Path, timeout: float = 20) -> None:
    async with aiosqlite.connect(path, timeout=timeout) as own:
        await own.execute("BEGIN IMMEDIATE")
        async with own.execute("SELECT value FROM count") as cursor:
            row = await cursor.fetchone()
        assert row is not None
        await own.execute("UPDATE count SET value = ?", (row[0] + 1,))
        await own.commit()


async def names(path: Path) -> list[str]:
    async with aiosqlite.connect(path) as database, database.execute("SELECT name FROM count") as cursor:
        return [name async for (name,) in cursor]


async def test_transactions_of_sqlite(counts: Path) -> None:
    async with aiosqlite.connect(counts) as database:
        await asyncio.gather(*(add(counts) for _ in range(10)))
        async with database.execute("SELECT value FROM count") as cursor:
            assert [tuple(row) async for row in cursor] == [(10,)]


async def test_a_transaction_of_sqlite_that_fails_is_undone(counts: Path) -> None:
    async with aiosqlite.connect(counts) as database:
        with pytest.raises(sqlite3.IntegrityError):
            await database.executemany("INSERT INTO count VALUES (?, 0)", [("b",), ("a",)])
        assert database.in_transaction
        await database.rollback()
        assert not database.in_transaction
    assert await names(counts) == ["a"]


async def test_a_transaction_of_sqlite_cancelled_between_two_queries(counts: Path) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with aiosqlite.connect(counts) as database:
            await database.execute("INSERT INTO count VALUES ('b', 0)")
            written.set()
            await asyncio.Event().wait()

    await cancelled_after(written, write())
    assert await names(counts) == ["a"]
    await add(counts, timeout=0)  # nothing is locked


async def test_a_transaction_of_sqlite_cancelled_in_the_middle_of_a_query(counts: Path, hold: Hold) -> None:
    async def write() -> None:
        async with aiosqlite.connect(counts) as database:
            await database.create_function("hold", 0, hold)
            await database.execute("INSERT INTO count VALUES ('b', hold())")

    writing = asyncio.create_task(write())
    await until(hold.begun.is_set)
    writing.cancel()
    hold.release.set()  # the thread cannot be cancelled: the connection is closed when it has done this
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await names(counts) == ["a"]
    await add(counts, timeout=0)


async def test_a_connection_of_sqlite_closed_while_queries_wait(hold: Hold) -> None:
    database = await aiosqlite.connect(":memory:")
    await database.create_function("hold", 0, hold)
    queries = [asyncio.create_task(database.execute_fetchall(query)) for query in ("SELECT hold()", "SELECT 2")]
    await until(hold.begun.is_set)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    assert not closing.done()
    hold.release.set()
    assert [[tuple(row) for row in rows] for rows in await asyncio.gather(*queries)] == [[(1,)], [(2,)]]
    await closing
    with pytest.raises(ValueError, match=r"closed|no active connection"):
        await database.execute("SELECT 3")


async def test_a_query_of_sqlite_interrupted_in_the_middle(hold: Hold) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT hold() UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    async with aiosqlite.connect(":memory:") as database:
        await database.create_function("hold", 0, hold)
        query = asyncio.create_task(database.execute_fetchall(endless))
        await until(hold.begun.is_set)
        hold.release.set()
        await database.interrupt()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await query
        assert [tuple(row) for row in await database.execute_fetchall("SELECT 1")] == [(1,)]
