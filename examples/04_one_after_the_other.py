"""Two awaits in sequence: the second delay begins when the first has ended.

Look at the time: 1 s and 2 s make 3 s.
"""

import asyncio
import sys
import time

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`


async def say_after(delay: float, what: str) -> None:
    await asyncio.sleep(delay)
    print(what)


async def main() -> None:
    print("started")
    start = time.perf_counter()
    await say_after(1 * SECOND, "hello zhangsan")
    await say_after(2 * SECOND, "hello lisi")
    print(f"finished after {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
