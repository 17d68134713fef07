"""Stand-ins: classes that are asyncio's in every respect but two, they make plait's objects and know them as instances.

A stand-in derives from asyncio's class, so `asyncio.Queue.get`, `asyncio.Queue[int]`, pickles and signatures are what they
were. A class that derives from it derives from asyncio's class instead: it may count on what it finds inside.
"""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class StandIn(type(Protocol)):  # type: ignore[misc]
    """The class of stand-ins. It is a kind of `ABCMeta`, so that they go together with ABCs and protocols as bases."""

    _stock: type
    _own: type
    _make: Callable[..., Any]
    _make_own: Callable[..., Any]

    def __new__(cls, name: str, bases: tuple[Any, ...], namespace: dict[str, Any], **options: Any) -> Any:
        """The class that a `class` statement with a stand-in among its bases makes."""
        bases = tuple(base._stock if type(base) is StandIn else base for base in bases)
        kind, _, options = types.prepare_class(name, bases, options)
        return kind(name, bases, namespace, **options)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._make(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, (cls._stock, cls._own))

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, (cls._stock, cls._own))

    @property
    def __signature__(cls) -> inspect.Signature:
        return inspect.signature(cls._stock)


def make_stand_in(module: str, name: str, stock: type, own: type, make: Callable[..., Any]) -> StandIn:
    """A stand-in for `stock`, known as ``module.name``, whose objects are of `own` and made by `make` when it is active."""
    namespace = {
        "__module__": module,
        "__qualname__": name,
        "__doc__": stock.__doc__,
        "_stock": stock,
        "_own": own,
        "_make": staticmethod(stock),
        "_make_own": staticmethod(make),
    }
    return type.__new__(StandIn, name, (stock,), namespace)


def activate(stand_in: StandIn) -> None:
    """Have it make plait's objects."""
    stand_in._make = stand_in._make_own


def retire(stand_in: StandIn) -> None:
    """Have it make asyncio's objects, for whoever still holds it."""
    stand_in._make = stand_in._stock
