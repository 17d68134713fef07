"""A synchronous SDK over asynchronous code: its users see plain methods, a portal runs the loop behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from types import TracebackType

from plait.bridge import Portal


@asynccontextmanager
async def connect(name: str) -> AsyncIterator[str]:
    """Stands for a connection of an asynchronous library."""
    await asyncio.sleep(0)
    try:
        yield f"connection to {name}"
    finally:
        print("disconnected")


async def ask(connection: str, question: str) -> str:
    await asyncio.sleep(0.01)
    if not question:
        raise ValueError("an empty question")
    return f"{question} over the {connection}"


class Client:
    """What the SDK's users see: no async, no await."""

    def __init__(self, name: str) -> None:
        with ExitStack() as stack:
            self._portal = stack.enter_context(Portal())
            self._connection = stack.enter_context(self._portal.enter(connect(name)))
            self._stack = stack.pop_all()

    def ask(self, question: str) -> str:
        answer: str = self._portal.call(ask, self._connection, question)
        return answer

    def ask_all(self, *questions: str) -> list[str]:
        futures = [self._portal.submit(ask, self._connection, question) for question in questions]
        return [future.result() for future in futures]

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()


with Client("the server") as client:
    print(client.ask("one"))
    print(client.ask_all("two", "three"))
    try:
        client.ask("")
    except ValueError as error:
        print("failed:", error)
