"""A coroutine object that nobody awaits never runs, and Python warns of it.

Look at the warning: it names the coroutine and the line that threw it away.
It goes to stderr. The program itself carries on.
"""

import asyncio


async def say_hello() -> None:
    print("hello")


async def main() -> None:
    print("called without await:")
    print(f"only a {type(say_hello()).__name__} object")
    print("called with await:")
    await say_hello()


if __name__ == "__main__":
    asyncio.run(main())
