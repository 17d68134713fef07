"""Functions that the tests call in worker processes, which import them from here."""

import os
import signal
import time
from pathlib import Path
from typing import Any


class TwoArguments(Exception):
    """Can be pickled, but not be read again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


class Unpicklable(Exception):
    def __reduce__(self) -> Any:
        raise TypeError("this exception stays here")


class UnreadableText(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


class Lost:
    """Can be pickled in the worker, and read nowhere."""

    def __reduce__(self) -> Any:
        return Lost._made, ()

    @staticmethod
    def _made() -> None:
        raise LookupError("its registry is elsewhere")


def divide(dividend: int, divisor: int) -> float:
    return dividend / divisor


def fail(kind: type[BaseException], *args: Any) -> None:
    raise kind(*args)


def kill_itself(number: int) -> None:
    os.kill(os.getpid(), number)
    signal.pause()


def hold(began: str) -> None:
    """Tells that it has begun, and ends no more."""
    Path(began).write_text(str(os.getpid()))
    while True:
        time.sleep(60)


def hold_deafly(began: str) -> None:
    """The same, whatever one tells it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    hold(began)


def leave_a_grandchild() -> None:
    """Ends while a forked child, which inherits every descriptor, lives on for a while."""
    if os.fork() == 0:
        time.sleep(5)
        os._exit(0)
    os._exit(7)


def close_every_descriptor() -> None:
    os.closerange(3, 256)
    time.sleep(60)


def eat_memory(most: int) -> int:
    """Gets `MemoryError`, at `most` bytes."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return len(bytearray(2 * most))


def seconds_of_work(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()
