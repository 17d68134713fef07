"""The same two delays, now concurrently: as two tasks, and by `gather`.

Look at the time: both ways take 2 s, as long as the longer delay, where one after the other took 3 s.
"""

import asyncio
import sys
import time
from collections.abc import Sequence

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`


async def say_after(delay: float, what: str) -> str:
    await asyncio.sleep(delay)
    print(what)
    return what


async def by_create_task() -> Sequence[str]:
    # Both are under way from here on, whichever is awaited first; the awaits only collect.
    first = asyncio.create_task(say_after(1 * SECOND, "hello zhangsan"))
    second = asyncio.create_task(say_after(2 * SECOND, "hello lisi"))
    return [await first, await second]


async def by_gather() -> Sequence[str]:
    return await asyncio.gather(
        say_after(1 * SECOND, "hello zhangsan"),
        say_after(2 * SECOND, "hello lisi"),
    )


async def main() -> None:
    for way in (by_create_task, by_gather):
        print(f"{way.__name__} started")
        start = time.perf_counter()
        results = await way()
        print(f"{way.__name__} finished after {time.perf_counter() - start:.2f} s: {results}")


if __name__ == "__main__":
    asyncio.run(main())
