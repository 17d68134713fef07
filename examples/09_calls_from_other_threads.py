"""Other threads hand work to the loop by `call_soon_threadsafe` and `run_coroutine_threadsafe`.

Look at who gets what: the loop gets a letter by a callback that the worker thread scheduled.
The worker gets the result of a coroutine that the loop ran for it, and in the end an exception in the same way.
"""

import asyncio
import sys
import threading

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`


async def divide(dividend: int, divisor: int) -> int:
    await asyncio.sleep(1 * SECOND)
    return dividend // divisor


def work(loop: asyncio.AbstractEventLoop, letter: asyncio.Future[str], finished: asyncio.Event) -> None:
    loop.call_soon_threadsafe(letter.set_result, f"a letter from the {threading.current_thread().name} thread")
    print(f"the worker got {asyncio.run_coroutine_threadsafe(divide(84, 2), loop).result()}")
    try:
        asyncio.run_coroutine_threadsafe(divide(84, 0), loop).result()
    except ZeroDivisionError as error:
        print(f"the worker got {type(error).__name__}")
    loop.call_soon_threadsafe(finished.set)


async def main() -> None:
    loop = asyncio.get_running_loop()
    letter: asyncio.Future[str] = loop.create_future()
    finished = asyncio.Event()
    worker = threading.Thread(target=work, args=(loop, letter, finished), name="worker")
    worker.start()
    print(f"the loop got {await letter}")
    # `join` comes only after this await: it blocks the loop, and the worker's coroutines need the loop to end.
    await finished.wait()
    worker.join()
    print("the worker is finished")


if __name__ == "__main__":
    asyncio.run(main())
