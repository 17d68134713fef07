"""`run` is an ordinary blocking call: it returns when its coroutine has ended.

Look at the last line: it had to wait 2 s, while another thread went its way.
"""

import asyncio
import itertools
import sys
import threading
import time

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`


def go_on_until(stop: threading.Event) -> None:
    for step in itertools.count(1):
        print(f"another thread goes on, step {step}")
        if stop.wait(0.75 * SECOND):
            return


async def main() -> None:
    print("the coroutine starts")
    stop = threading.Event()
    other = threading.Thread(target=go_on_until, args=(stop,))
    other.start()
    await asyncio.sleep(2 * SECOND)
    stop.set()
    other.join()
    print("the coroutine ends")


if __name__ == "__main__":
    print("before run")
    start = time.perf_counter()
    asyncio.run(main())
    print(f"after run, which held this thread for {time.perf_counter() - start:.2f} s")
