"""aiofiles and aiosqlite: a thread for each operation, a thread for each connection."""

import asyncio
import sqlite3
from pathlib import Path

import aiofiles
import aiofiles.os
import aiofiles.tempfile
import aiosqlite
import pytest


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


async def test_transactions_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "counts.db"
    async with aiosqlite.connect(path) as database:
        await database.execute("CREATE TABLE count (name TEXT PRIMARY KEY, value INT)")
        await database.execute("INSERT INTO count VALUES ('a', 0)")
        await database.commit()

        async def add() -> None:
            async with aiosqlite.connect(path, timeout=20) as own:
                await own.execute("BEGIN IMMEDIATE")
                async with own.execute("SELECT value FROM count") as cursor:
                    row = await cursor.fetchone()
                assert row is not None
                await own.execute("UPDATE count SET value = ?", (row[0] + 1,))
                await own.commit()

        await asyncio.gather(*(add() for _ in range(10)))
        async with database.execute("SELECT value FROM count") as cursor:
            assert [tuple(row) async for row in cursor] == [(10,)]


async def test_a_query_of_sqlite_interrupted_in_the_middle() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    async with aiosqlite.connect(":memory:") as database:
        query = asyncio.create_task(database.execute_fetchall(endless))
        await asyncio.sleep(0.05)
        await database.interrupt()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await query
        assert [tuple(row) for row in await database.execute_fetchall("SELECT 1")] == [(1,)]
