"""A task runs from the moment it is created; an await only waits for its result.

Look at task 1: nobody awaits it, and it completes all the same.
Task 3 shows the limit: when the main coroutine returns, `run` cancels what is still at work.
"""

import asyncio
import sys

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`


async def work(name: str, delay: float) -> None:
    print(f"{name} started")
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(f"{name} cancelled")
        raise
    print(f"{name} completed")


async def main() -> None:
    print("main started")
    # Each task has a name to hold it: asyncio holds tasks only weakly, and an unfinished one may be garbage collected.
    task1 = asyncio.create_task(work("task 1", 1 * SECOND))
    task2 = asyncio.create_task(work("task 2", 2 * SECOND))
    task3 = asyncio.create_task(work("task 3", 60 * SECOND))
    print("main waits for task 2")
    await task2
    print(f"main completed, task 1 done: {task1.done()}, task 3 done: {task3.done()}")


if __name__ == "__main__":
    asyncio.run(main())
