"""The three ways in which a program comes to plait, or not: one of them for the whole test session."""

import asyncio
import importlib
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@dataclass(frozen=True)
class Way:
    """`loop_option` is for uvicorn's `--loop`, whose default asks for a loop by its class; `python` goes this way, too."""

    name: str
    on_plait: bool
    is_installed: bool = False
    loop_option: str = "asyncio"
    python: Sequence[str] = (sys.executable,)

    def prepare(self) -> None:
        """What a program says on its first line, before it imports a library."""
        if self.is_installed:
            importlib.import_module("plait").install()

    @property
    def loop_factory(self) -> LoopFactory | None:
        """What the program gives to a Runner or a library."""
        if self.name != "loop_factory":
            return None
        factory: LoopFactory = importlib.import_module("plait").new_event_loop
        return factory

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """For libraries that want a loop instead of a factory."""
        return (self.loop_factory or asyncio.new_event_loop)()

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """What a program does that goes this way, and was prepared."""
        with asyncio.Runner(loop_factory=self.loop_factory) as runner:
            assert self.is_right(runner.get_loop())
            runner.run(main)

    def is_right(self, value: Any) -> bool:
        """Whether a loop, a task or a future is of the kind that this way gives."""
        return type(value).__module__.startswith("plait.") == self.on_plait


WAYS = {
    way.name: way
    for way in (
        Way("asyncio", on_plait=False),
        Way("loop_factory", on_plait=True, loop_option="plait:new_event_loop"),
        Way(
            "install",
            on_plait=True,
            is_installed=True,
            loop_option="none",
            python=(sys.executable, "-m", "plait", "run"),
        ),
    )
}
