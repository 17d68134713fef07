"""Awaiting a coroutine runs it and gives back what it returns.

Look at the order: the call alone runs nothing, the await does.
"""

import asyncio


async def add(left: int, right: int) -> int:
    print(f"adding {left} and {right}")
    await asyncio.sleep(0)
    return left + right


async def main() -> None:
    coroutine = add(1, 2)
    print("called, nothing has run yet")
    print(f"awaited, the result is {await coroutine}")


if __name__ == "__main__":
    asyncio.run(main())
