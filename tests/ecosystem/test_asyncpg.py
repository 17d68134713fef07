"""asyncpg on a PostgreSQL of its own: transactions, cursors, COPY, LISTEN, queries cancelled, a server that was killed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from .servers import PostgreSQL
from .waiting import cancelled, cancelled_after, until, until_sleeping


@contextlib.asynccontextmanager
async def pool_of(server: PostgreSQL) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(server.url, min_size=1, max_size=8, timeout=20) as pool:
        await pool.execute(
            "DROP TABLE IF EXISTS account; CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)"
        )
        await pool.executemany("INSERT INTO account VALUES ($1, 100)", [(number,) for number in range(10)])
        yield pool


async def test_transfers_side_by_side_keep_the_sum(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool:

        async def transfer(number: int) -> None:
            async with pool.acquire() as connection:
                while True:
                    with contextlib.suppress(asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                        async with connection.transaction(isolation="serializable"):
                            for account, amount in ((number % 10, -1), ((number + 3) % 10, 1)):
                                query = "UPDATE account SET balance = balance + $1 WHERE id = $2"
                                await connection.execute(query, amount, account)
                        return

        await asyncio.gather(*(transfer(number) for number in range(40)))
        assert await pool.fetchval("SELECT sum(balance) FROM account") == 1000
        assert {row["balance"] for row in await pool.fetch("SELECT balance FROM account")} == {100}


async def test_a_transaction_that_fails_is_undone(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool, pool.acquire() as connection:
        with pytest.raises(asyncpg.UniqueViolationError):
            async with connection.transaction():
                await connection.execute("UPDATE account SET balance = 0")
                async with connection.transaction():  # a savepoint
                    await connection.execute("INSERT INTO account VALUES (1, 1)")
        assert await connection.fetchval("SELECT sum(balance) FROM account") == 1000


async def test_a_cursor_and_copy(postgresql: PostgreSQL) -> None:
    rows = [(number, number * number % 1000) for number in range(10, 20_000)]
    async with pool_of(postgresql) as pool, pool.acquire() as connection:
        await connection.copy_records_to_table("account", records=rows)
        async with connection.transaction():
            query = "SELECT * FROM account WHERE id >= 10 ORDER BY id"
            assert [tuple(row) async for row in connection.cursor(query, prefetch=500)] == rows
        big = await connection.fetchval("SELECT repeat('x', 3000000)")
        assert len(big) == 3_000_000


async def test_listeners_hear_of_it(postgresql: PostgreSQL) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with pool_of(postgresql) as pool, pool.acquire() as listener:
        hear = listener_to(heard)
        await listener.add_listener("news", hear)
        for number in range(100):
            await pool.execute("SELECT pg_notify('news', $1)", str(number))
        assert [await heard.get() for _ in range(100)] == [str(number) for number in range(100)]
        await listener.remove_listener("news", hear)


async def test_a_listener_is_told_of_the_servers_end_and_listens_again(postgresql: PostgreSQL) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    for word in ("before", "after"):
        ended = asyncio.Event()
        listener = await asyncpg.connect(postgresql.url, timeout=20)
        listener.add_termination_listener(lambda _connection, ended=ended: ended.set())
        await listener.add_listener("news", listener_to(heard))
        async with pool_of(postgresql) as pool:
            await pool.execute("SELECT pg_notify('news', $1)", word)
            assert await heard.get() == word
        assert not ended.is_set()
        postgresql.kill()
        await ended.wait()
        assert listener.is_closed()
        with pytest.raises(asyncpg.InterfaceError, match="closed"):
            await listener.execute("SELECT 1")
        postgresql.start()


def listener_to(heard: asyncio.Queue[str]) -> Callable[[Any, int, str, Any], None]:
    return lambda _connection, _pid, _channel, payload: heard.put_nowait(payload)


async def test_a_query_cancelled_in_the_middle_ends_on_the_server(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool:
        sleeping = [asyncio.create_task(pool.execute("SELECT pg_sleep(50)")) for _ in range(5)]
        await until_sleeping(postgresql.url, 5)
        for task in sleeping[:4]:
            task.cancel()
        results = await asyncio.gather(*sleeping[:4], return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        await until_sleeping(postgresql.url, 1)
        assert await asyncio.gather(*(pool.fetchval("SELECT $1::int", number) for number in range(20))) == [*range(20)]
        await cancelled(sleeping[4])


async def test_a_transaction_cancelled_in_the_middle_of_a_query(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool, pool.acquire() as connection:

        async def lose_all() -> None:
            async with connection.transaction():
                await connection.execute("UPDATE account SET balance = 0")
                await connection.execute("SELECT pg_sleep(50)")

        losing = asyncio.create_task(lose_all())
        await until_sleeping(postgresql.url, 1)
        await cancelled(losing)
        await is_as_before(connection, pool)


async def test_a_transaction_cancelled_between_two_queries(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool, pool.acquire() as connection:
        lost = asyncio.Event()

        async def lose_all() -> None:
            async with connection.transaction(), connection.transaction():  # a savepoint
                await connection.execute("UPDATE account SET balance = 0")
                lost.set()
                await asyncio.Event().wait()

        await cancelled_after(lost, lose_all())
        await is_as_before(connection, pool)


async def is_as_before(connection: asyncpg.Connection, pool: asyncpg.Pool) -> None:
    """The transaction is undone, and its connection, the same one, does the next: no lock is left."""
    pid = connection.get_server_pid()
    assert not connection.is_in_transaction()
    assert await pool.fetchval("SELECT sum(balance) FROM account") == 1000
    async with connection.transaction():
        await connection.execute("UPDATE account SET balance = balance + 1")
        assert await connection.fetchval("SELECT pg_backend_pid()") == pid
    assert await pool.fetchval("SELECT sum(balance) FROM account") == 1010


async def test_a_timeout(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool:
        with pytest.raises(TimeoutError):
            await pool.fetch("SELECT pg_sleep(50)", timeout=0.1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), pool.acquire() as connection, connection.transaction():
                await connection.execute("UPDATE account SET balance = 0")
                await connection.execute("SELECT pg_sleep(50)")
        assert await pool.fetchval("SELECT sum(balance) FROM account") == 1000


async def test_a_server_killed_and_started_again(postgresql: PostgreSQL) -> None:
    async with pool_of(postgresql) as pool:
        terminated = asyncio.Event()
        sleeping = asyncio.create_task(pool.execute("SELECT pg_sleep(50)"))
        async with pool.acquire() as watching:
            watching.add_termination_listener(lambda _connection: terminated.set())
            await until(lambda: pool.get_size() > 1)
            postgresql.kill()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await sleeping
            await terminated.wait()
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await pool.fetchval("SELECT 1")
        postgresql.start()
        assert (
            await asyncio.gather(*(pool.fetchval("SELECT sum(balance) FROM account") for _ in range(10))) == [1000] * 10
        )
