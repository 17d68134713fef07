"""redis-py on a Redis of its own: pipelines, transactions, pub/sub, blocking calls cancelled, a server that was killed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import WatchError

from .servers import HOST
from .servers import Redis as Server
from .waiting import POLL_SECONDS, cancelled

FOR_EVER = -1  # retries


@contextlib.asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[Redis]:
    options = {"decode_responses": True, "socket_timeout": None}  # which would end a blocking call, too
    pool = BlockingConnectionPool(host=HOST, port=server.port, max_connections=10, **options)
    async with Redis.from_pool(pool) as client:
        await client.flushall()
        yield client


async def test_a_pipeline_and_values_of_any_size(redis_server: Server) -> None:
    big = "x" * 3_000_000
    async with client_of(redis_server) as client, client.pipeline(transaction=False) as pipeline:
        for number in range(1000):
            pipeline.set(f"key {number}", number)
        pipeline.set("big", big).get("big").get("key 999")
        assert (await pipeline.execute())[-3:] == [True, big, "999"]


async def test_transactions_that_watch_each_other(redis_server: Server) -> None:
    async with client_of(redis_server) as client:
        await client.set("sum", 0)

        async def add_one() -> None:
            async with client.pipeline() as pipeline:
                while True:
                    with contextlib.suppress(WatchError):
                        await pipeline.watch("sum")
                        value = int(await pipeline.get("sum"))  # type: ignore[misc]
                        pipeline.multi()
                        pipeline.set("sum", value + 1)
                        await pipeline.execute()
                        return

        await asyncio.gather(*(add_one() for _ in range(30)))
        assert await client.get("sum") == "30"


async def test_pub_sub(redis_server: Server) -> None:
    async with client_of(redis_server) as client:

        async def listen(subscribed: asyncio.Event) -> list[str]:
            got: list[str] = []
            async with client.pubsub() as channel:
                await channel.psubscribe("news.*")
                async for message in channel.listen():
                    if message["type"] == "psubscribe":
                        subscribed.set()
                    elif message["data"] == "end":
                        return got
                    else:
                        got.append(message["data"])
            raise AssertionError("not reached")

        subscribed = [asyncio.Event() for _ in range(5)]
        listeners = [asyncio.create_task(listen(event)) for event in subscribed]
        await asyncio.gather(*(event.wait() for event in subscribed))
        for number in range(100):
            assert await client.publish(f"news.{number % 3}", str(number)) == 5
        await client.publish("news.0", "end")
        assert await asyncio.gather(*listeners) == [[str(number) for number in range(100)]] * 5


async def test_a_subscriber_cancelled_in_the_middle(redis_server: Server) -> None:
    async with client_of(redis_server) as client:
        heard: list[asyncio.Queue[str]] = [asyncio.Queue() for _ in range(3)]
        listeners = [asyncio.create_task(listen(client, queue)) for queue in heard]
        await tell(client, "before", subscribers=3)
        assert [await queue.get() for queue in heard] == ["before"] * 3
        await cancelled(listeners[0])
        await tell(client, "after", subscribers=2)
        assert [await queue.get() for queue in heard[1:]] == ["after"] * 2
        assert await asyncio.gather(*(client.echo(str(number)) for number in range(20))) == [*map(str, range(20))]
        for listener in listeners[1:]:
            await cancelled(listener)
        await tell(client, "the end", subscribers=0)
        assert heard[0].empty()


async def test_a_subscriber_that_retries_subscribes_again_after_a_kill(redis_server: Server) -> None:
    tried_in_vain = asyncio.Event()

    class Backoff(ConstantBackoff):
        def compute(self, failures: int) -> float:
            if failures > 1:  # the first is that the connection ends
                tried_in_vain.set()
            return super().compute(failures)

    async with client_of(redis_server) as client:
        client.set_retry(Retry(Backoff(POLL_SECONDS), retries=FOR_EVER))
        heard: asyncio.Queue[str] = asyncio.Queue()
        listener = asyncio.create_task(listen(client, heard))
        for word in ("before", "after"):
            await tell(client, word, subscribers=1)
            assert await heard.get() == word
            redis_server.kill()
            await tried_in_vain.wait()
            redis_server.start()
            tried_in_vain.clear()
        await cancelled(listener)


async def test_a_subscriber_that_does_not_retry_gets_the_error_and_subscribes_anew(redis_server: Server) -> None:
    async with client_of(redis_server) as client:
        client.set_retry(Retry(ConstantBackoff(0), retries=0))
        heard: asyncio.Queue[str] = asyncio.Queue()
        for word in ("before", "after"):
            listener = asyncio.create_task(listen(client, heard))
            await tell(client, word, subscribers=1)
            assert await heard.get() == word
            redis_server.kill()
            with pytest.raises(RedisConnectionError):
                await listener
            redis_server.start()
            await client.connection_pool.disconnect()


async def listen(client: Redis, heard: asyncio.Queue[str]) -> None:
    async with client.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.subscribe("news")
        async for message in channel.listen():
            heard.put_nowait(message["data"])


async def tell(client: Redis, word: str, *, subscribers: int) -> None:
    """Say it when the server counts as many."""
    while await client.pubsub_numsub("news") != [("news", subscribers)]:
        await asyncio.sleep(POLL_SECONDS)
    assert await client.publish("news", word) == subscribers


async def test_a_queue_between_tasks_and_a_blocking_call_cancelled_in_the_middle(redis_server: Server) -> None:
    async with client_of(redis_server) as client:
        waiting = [asyncio.create_task(client.blpop(["jobs"], timeout=0)) for _ in range(5)]
        await blocked_clients(client, 5)
        await cancelled(waiting[0])
        await blocked_clients(client, 4)
        await client.rpush("jobs", *range(4))
        got = await asyncio.gather(*waiting[1:])
        assert sorted(value for _, value in got) == ["0", "1", "2", "3"]


async def blocked_clients(client: Redis, count: int) -> None:
    while (await client.info("clients"))["blocked_clients"] != count:
        await asyncio.sleep(POLL_SECONDS)


async def test_a_timeout_leaves_the_pool_in_order(redis_server: Server) -> None:
    async with client_of(redis_server) as client:

        async def end(timeout: asyncio.Timeout) -> None:
            """As soon as the server knows of the call: redis-py can lose one that ends while it connects."""
            await blocked_clients(client, 1)
            timeout.reschedule(asyncio.get_running_loop().time())

        for _ in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(None) as timeout, asyncio.TaskGroup() as group:
                    group.create_task(end(timeout))
                    await client.blpop(["never"], timeout=0)
            await blocked_clients(client, 0)
        assert await asyncio.gather(*(client.echo(str(number)) for number in range(100))) == [*map(str, range(100))]


async def test_a_server_killed_and_started_again(redis_server: Server) -> None:
    async with client_of(redis_server) as client:
        client.set_retry(Retry(ConstantBackoff(0.05), retries=3))
        stream = asyncio.create_task(client.blpop(["jobs"], timeout=0))
        await asyncio.gather(*(client.set(f"key {number}", number) for number in range(50)))
        redis_server.kill()
        with pytest.raises(RedisConnectionError):
            await stream
        with pytest.raises(RedisConnectionError):
            await client.get("key 0")
        redis_server.start()
        assert await client.get("key 0") is None  # it keeps nothing
        await asyncio.gather(*(client.set(f"key {number}", number) for number in range(50)))
        assert await client.get("key 49") == "49"
