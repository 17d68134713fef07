"""What stands in the place of what while plait is installed in asyncio."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import plait
from plait.api.installed_runner import InstalledRunner, run
from plait.api.rebinding import Replacement
from plait.api.stand_in import make_stand_in
from plait.poll.select_poller import SelectPoller
from plait.sync.condition import Condition
from plait.sync.lock import Lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from selectors import BaseSelector


# Every loop makes its own handles and servers, which say themselves that they are asyncio's; exceptions are asyncio's own.
_KEPT = frozenset({"Handle", "TimerHandle", "Server", "QueueShutDown", "EventLoop", "new_event_loop"})


def find_replacements() -> list[Replacement]:
    """For each public name of this Python's asyncio that plait has its own of; not for what another library has put there."""
    found = []
    for name in plait.__all__:
        stock = vars(asyncio).get(name)
        if name not in _KEPT and str(getattr(stock, "__module__", None)).partition(".")[0] in ("asyncio", "_asyncio"):
            own = getattr(plait, name)
            if own is not stock:
                new = _stand_in(name, stock) if inspect.isclass(own) else _FUNCTIONS.get(name, own)
                found.append(Replacement(stock, new))
    if "EventLoop" in vars(asyncio):  # by its other names, the same class is asked for on purpose
        stock = vars(asyncio)["EventLoop"]
        found.append(Replacement(stock, _stand_in("EventLoop", stock), "EventLoop"))
    return found


def is_public(new: Any) -> bool:
    """Whether programs can have it from plait as well."""
    return any(new is value for value in vars(plait).values())


@cache
def _stand_in(name: str, stock: Any) -> Any:
    """Always the same, so that what was made before an `uninstall` is right after the next `install`."""
    own = getattr(plait, name)
    return make_stand_in(_HOMES.get(name, stock.__module__), name, stock, own, _MAKERS.get(name, own))


def _make_condition(lock: Any = None) -> Any:
    """Plait's condition hands plait's lock over; one for the lock of a class of the program's own is asyncio's."""
    kind = Condition if lock is None or isinstance(lock, Lock) else _stock_condition
    return kind(lock)


def _make_event_loop(selector: BaseSelector | None = None) -> Any:
    return plait.new_event_loop() if selector is None else plait.EventLoop(poller=SelectPoller(selector))


_stock_condition = asyncio.Condition
_FUNCTIONS = {"run": run}
_MAKERS: dict[str, Callable[..., Any]] = {
    "Condition": _make_condition,
    "EventLoop": _make_event_loop,
    "Runner": InstalledRunner,
}

# Where pickle finds the stand-in; where the class says that it is, asyncio's own stays.
_HOMES = {"EventLoop": "asyncio", "Future": "asyncio.futures", "Task": "asyncio.tasks"}
