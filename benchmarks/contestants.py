"""Names the contestants: whose functions a benchmark calls, and on whose loop it runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TypeVar

ROOT = Path(__file__).resolve().parent.parent

T = TypeVar("T")


class Runner(Protocol):
    """What a benchmark needs of `asyncio.Runner`."""

    def run(self, coro: Coroutine[Any, Any, T]) -> T: ...


@dataclass(frozen=True)
class Contestant:
    """A package, and on whose loop its functions run: `loop` names it where it is not the package's own.

    With `own_functions` they are the package's, else stock asyncio's; `installed` puts them in asyncio's place before.
    """

    name: str
    package: str
    own_functions: bool = False
    interpreted: bool = False
    loop: str | None = None
    installed: bool = False

    @property
    def is_peer(self) -> bool:
        return self.package != "plait"

    def functions(self) -> ModuleType:
        return import_module(self.package) if self.own_functions else asyncio

    def runner(self) -> AbstractContextManager[Runner]:
        package = import_module(self.package)
        if self.installed:
            package.install()
        if self.own_functions and self.loop is None:
            return package.Runner()  # type: ignore[no-any-return]
        loop = package if self.loop is None else import_module(self.loop)
        return asyncio.Runner(loop_factory=loop.new_event_loop)

    def environment(self) -> dict[str, str]:
        """The worker's environment; only the interpreted variant finds `src/`, where nothing is compiled."""
        paths = [str(ROOT / "src"), str(ROOT)] if self.interpreted else [str(ROOT)]
        if "PYTHONPATH" in os.environ:
            paths.append(os.environ["PYTHONPATH"])
        inherited = {name: value for name, value in os.environ.items() if name != "PLAIT_PURE"}
        pure = {"PLAIT_PURE": "1"} if self.interpreted else {}
        return inherited | pure | {"PYTHONPATH": os.pathsep.join(paths)}

    def build_mode(self) -> str | None:
        """How plait runs here ("compiled" or "interpreted"); None for a peer, or a plait that does not tell."""
        build_info = getattr(import_module(self.package), "build_info", None)
        return None if self.is_peer or build_info is None else str(build_info()["mode"])

    def build_warning(self, mode: str | None) -> str | None:
        """What to tell the reader when plait does not run as this contestant's name promises."""
        promised = "interpreted" if self.interpreted else "compiled"
        if self.is_peer or mode == promised:
            return None
        return f"{self.name} should run {promised}, and runs {mode or 'a build that does not tell its mode'}"


LOOPS = (
    Contestant("plait", "plait", own_functions=True),
    Contestant("plait-pure", "plait", own_functions=True, interpreted=True),
    Contestant("plait-stock", "plait"),
    Contestant("asyncio", "asyncio"),
    Contestant("uvloop", "uvloop"),
    Contestant("rloop", "rloop"),
    Contestant("blazio", "blazio"),
    Contestant("zuvloop", "zuvloop"),
)

WAYS = (
    LOOPS[0],
    Contestant("plait-on-asyncio", "plait", own_functions=True, loop="asyncio"),
    Contestant("asyncio", "asyncio"),
    Contestant("anyio", "anyio", own_functions=True, loop="asyncio"),
    Contestant("asgiref", "asgiref", own_functions=True, loop="asyncio"),
    Contestant("janus", "janus", own_functions=True, loop="asyncio"),
    Contestant("culsans", "culsans", own_functions=True, loop="asyncio"),
)
"""Who has a way from one strand to another: what a user would pick instead of plait's bridges."""

HTTP = (
    LOOPS[0],
    Contestant("plait-install", "plait", installed=True),
    *(contestant for contestant in LOOPS if contestant.is_peer and contestant.name != "blazio"),
)
"""Libraries call asyncio's functions: plait is its loop alone, as a `loop_factory`, plait-install is what `install()` makes."""

CONTESTANTS = tuple(dict.fromkeys((*LOOPS, *WAYS, *HTTP)))


def select_contestants(names: Iterable[str]) -> list[Contestant]:
    """The contestants of these names, in the table's order; an unknown name is a `LookupError` that lists the known."""
    wanted = set(names)
    unknown = wanted - {contestant.name for contestant in CONTESTANTS}
    if unknown:
        known = ", ".join(contestant.name for contestant in CONTESTANTS)
        raise LookupError(f"no contestant is named {', '.join(sorted(unknown))}; there are: {known}")
    return [contestant for contestant in CONTESTANTS if contestant.name in wanted]
