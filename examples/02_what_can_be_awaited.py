"""Whatever has an `__await__` method can be awaited, of whatever type it is.

Look at Parcel: it inherits from nothing and is awaited like a coroutine, a Task or a Future.
A number cannot be awaited, nor can an async function that was not called: that is a TypeError.
"""

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any


class Parcel:
    def __await__(self) -> Generator[Any, None, str]:
        yield from asyncio.sleep(0).__await__()
        return "a parcel"


async def greet() -> str:
    return "a greeting"


def future_settled_by_callback() -> asyncio.Future[str]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()
    loop.call_soon(future.set_result, "a callback's result")
    return future


async def show(thing: Any) -> None:
    try:
        outcome = f"gives {await thing}"
    except TypeError as error:
        outcome = f"TypeError: {error}"
    print(f"{type(thing).__name__} is awaitable: {isinstance(thing, Awaitable)}; {outcome}")


async def main() -> None:
    await show(greet())
    await show(asyncio.create_task(greet()))
    await show(future_settled_by_callback())
    await show(Parcel())
    await show(42)
    await show(greet)


if __name__ == "__main__":
    asyncio.run(main())
