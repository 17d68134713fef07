"""`wrap`: the awaitable for a future or handle of any world, and how worlds are made known."""

from __future__ import annotations

import asyncio
import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Any

from plait.bridge.worlds.other_loops import await_future
from plait.bridge.worlds.recognition import names_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Adapter = Callable[[Any], Awaitable[Any]]

ENTRY_POINTS = "plait.bridge.worlds"
"""The group in which a package names its adapters: ``"its.module.Class" = "its.module:adapter"``."""

# Adapters of ours, imported with the first object of their world. The names are those that `type()` shows.
_OURS = {
    "concurrent.futures._base.Future": "standard:await_concurrent",
    "multiprocessing.pool.ApplyResult": "standard:await_pool_result",
    "subprocess.Popen": "standard:await_child",
    "threading.Thread": "standard:await_thread",
    "distributed.client.Future": "dask_futures:await_dask",
    "ray.ObjectRef": "others:await_ray",
    "twisted.internet.defer.Deferred": "others:await_deferred",
    "celery.result.ResultBase": "others:await_celery",
}


def wrap(thing: Any) -> Awaitable[Any]:
    """An awaitable for `thing`, in whatever world it is worked on.

    Futures of `concurrent.futures` and of other loops and threads, `multiprocessing.pool.AsyncResult`, `subprocess.Popen`
    (gives the return code), `threading.Thread`, futures of Dask, object references of Ray, Deferreds of Twisted, results of
    Celery, and what was given to `register()`. Awaitables are returned as they are.

    Cancelling the await cancels the work where its world can; use ``asyncio.shield()`` where it should not.
    """
    adapter = _adapter(type(thing))
    if adapter is not None:
        return adapter(thing)
    if asyncio.isfuture(thing):
        return await_future(thing)
    if inspect.isawaitable(thing):
        return thing
    kind = type(thing)
    raise TypeError(
        f"wrap() does not know how to wait for {thing!r}: "
        f"tell it by bridge.register({kind.__module__}.{kind.__qualname__}, adapter), where adapter(thing) is awaitable"
    )


def register(kind: type | str, adapter: Adapter) -> None:
    """Have `wrap()` use ``adapter(thing)``, an awaitable, for instances of `kind`: a class, or ``"its.module.Class"``."""
    if not callable(adapter):
        raise TypeError(f"an adapter is a function of one argument that returns an awaitable, got {adapter!r}")
    if not isinstance(kind, (type, str)):
        raise TypeError(f"register() takes a class or its full name, got {kind!r}")
    _known[kind] = adapter


def _adapter(kind: type) -> Adapter | None:
    found = _find(kind)
    if found is None and not _entry_points_are_read:
        _read_entry_points()
        found = _find(kind)
    return found


def _find(kind: type) -> Adapter | None:
    for base, name in zip(kind.__mro__, names_of(kind), strict=True):
        adapter = _known.get(base) or _known.get(name)
        if adapter is not None:
            return adapter
        if name in _OURS:
            module, _, function = _OURS[name].partition(":")
            return getattr(import_module(f"plait.bridge.worlds.{module}"), function)  # type: ignore[no-any-return]
    return None


def _read_entry_points() -> None:
    global _entry_points_are_read
    _entry_points_are_read = True
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        _known.setdefault(point.name, _Later(point))


class _Later:
    """An adapter whose package is imported when the first thing of its world comes."""

    def __init__(self, point: Any) -> None:
        self._point = point

    def __call__(self, thing: Any) -> Any:
        adapter = _known[self._point.name] = self._point.load()
        return adapter(thing)


_known: dict[type | str, Adapter] = {}
_entry_points_are_read = False
