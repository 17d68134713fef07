"""Crossings between coroutines, callbacks, threads and other worlds: on plait's loop and on stock asyncio's.

Which one to use is told in ``docs/bridge.md``.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plait.base.errors import AlreadyResumed as AlreadyResumed
    from plait.base.errors import CallbackError as CallbackError
    from plait.base.errors import CannotTravel as CannotTravel
    from plait.base.errors import EventsLost as EventsLost
    from plait.base.errors import LoopClosed as LoopClosed
    from plait.base.errors import LostCallback as LostCallback
    from plait.base.errors import PortalStopped as PortalStopped
    from plait.base.errors import RemoteError as RemoteError
    from plait.base.errors import RemoteTraceback as RemoteTraceback
    from plait.base.errors import SelfDeadlock as SelfDeadlock
    from plait.base.errors import WorkerDied as WorkerDied
    from plait.base.errors import WorkLost as WorkLost
    from plait.bridge import from_thread as from_thread
    from plait.bridge import guest as guest
    from plait.bridge.blocking import block_on as block_on
    from plait.bridge.callback_call import Called as Called
    from plait.bridge.callback_call import from_callback as from_callback
    from plait.bridge.callback_call import promisify as promisify
    from plait.bridge.capacity import CapacityLimiter as CapacityLimiter
    from plait.bridge.event_stream import Events as Events
    from plait.bridge.event_stream import events as events
    from plait.bridge.ignored_counts import Ignored as Ignored
    from plait.bridge.ignored_counts import ignored as ignored
    from plait.bridge.mapping.mapped import Mapped as Mapped
    from plait.bridge.mapping.mapped import map as map
    from plait.bridge.outward import concurrent_future as concurrent_future
    from plait.bridge.outward import to_callback as to_callback
    from plait.bridge.portal import Portal as Portal
    from plait.bridge.suspension import Resume as Resume
    from plait.bridge.suspension import suspend as suspend
    from plait.bridge.thread_call import check_cancelled as check_cancelled
    from plait.bridge.thread_call import default_limiter as default_limiter
    from plait.bridge.thread_call import thread as thread
    from plait.bridge.thread_iterator import ThreadIterator as ThreadIterator
    from plait.bridge.thread_iterator import async_iter_in_thread as async_iter_in_thread
    from plait.bridge.workers.pool import ProcessPool as ProcessPool
    from plait.bridge.workers.pool import process as process
    from plait.bridge.worlds.registry import register as register
    from plait.bridge.worlds.registry import wrap as wrap

# Where each name lives; a module is imported when one of its names is first used. No module here is named as one of the
# names: importing it would put the module in the name's place.
_HOMES = {
    "AlreadyResumed": "plait.base.errors",
    "CallbackError": "plait.base.errors",
    "CannotTravel": "plait.base.errors",
    "EventsLost": "plait.base.errors",
    "LoopClosed": "plait.base.errors",
    "LostCallback": "plait.base.errors",
    "PortalStopped": "plait.base.errors",
    "RemoteError": "plait.base.errors",
    "RemoteTraceback": "plait.base.errors",
    "SelfDeadlock": "plait.base.errors",
    "WorkerDied": "plait.base.errors",
    "WorkLost": "plait.base.errors",
    "block_on": "plait.bridge.blocking",
    "Called": "plait.bridge.callback_call",
    "from_callback": "plait.bridge.callback_call",
    "promisify": "plait.bridge.callback_call",
    "CapacityLimiter": "plait.bridge.capacity",
    "Events": "plait.bridge.event_stream",
    "events": "plait.bridge.event_stream",
    "Ignored": "plait.bridge.ignored_counts",
    "ignored": "plait.bridge.ignored_counts",
    "map": "plait.bridge.mapping.mapped",
    "Mapped": "plait.bridge.mapping.mapped",
    "concurrent_future": "plait.bridge.outward",
    "to_callback": "plait.bridge.outward",
    "Portal": "plait.bridge.portal",
    "Resume": "plait.bridge.suspension",
    "suspend": "plait.bridge.suspension",
    "check_cancelled": "plait.bridge.thread_call",
    "default_limiter": "plait.bridge.thread_call",
    "thread": "plait.bridge.thread_call",
    "async_iter_in_thread": "plait.bridge.thread_iterator",
    "ThreadIterator": "plait.bridge.thread_iterator",
    "process": "plait.bridge.workers.pool",
    "ProcessPool": "plait.bridge.workers.pool",
    "register": "plait.bridge.worlds.registry",
    "wrap": "plait.bridge.worlds.registry",
}

# Modules that are names themselves, as in `bridge.from_thread.run`.
_MODULES = frozenset({"from_thread", "guest"})

__all__ = sorted({*_HOMES, *_MODULES})  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is not None:
        value = getattr(_import_module(home), name)
    elif name in _MODULES:
        value = _import_module(f"plait.bridge.{name}")
    else:
        raise AttributeError(f"module 'plait.bridge' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
