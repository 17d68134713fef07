"""Gives other values to the global names of the modules that are loaded, and takes all of it back."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Namespace = dict[str, Any]


class Replacement(NamedTuple):
    """Which object gives way to which."""

    old: Any
    new: Any
    name: str | None = None  # the only name under which it does


class Rebinding:
    """Names that were given another value."""

    def __init__(self) -> None:
        self._bound: list[tuple[Namespace, str, Any, Any]] = []

    def replace(self, replacements: Iterable[Replacement]) -> None:
        """Wherever a name refers to the old object, have it refer to the new one."""
        sought = {id(replacement.old): replacement for replacement in replacements}
        for is_asyncios, namespace in _namespaces():
            for name, value in list(namespace.items()):
                found = sought.get(id(value))
                if found is None or found.name not in (None, name) or (is_asyncios and name.startswith("_")):
                    continue
                self._bound.append((namespace, name, value, found.new))
                namespace[name] = found.new

    def undo(self) -> None:
        """Give the names back their values, except those that somebody else has given another one meanwhile."""
        while self._bound:
            namespace, name, old, new = self._bound.pop()
            if namespace.get(name) is new:
                namespace[name] = old


def _namespaces() -> Iterator[tuple[bool, Namespace]]:
    """The globals of each module, and whether it is asyncio's; without plait's, which know both kinds of objects.

    What only claims to be a module, as cffi's libraries do, has no globals.
    """
    for name, module in list(sys.modules.items()):
        package = name.partition(".")[0]
        if issubclass(type(module), ModuleType) and package not in ("plait", "_asyncio"):
            yield package == "asyncio", object.__getattribute__(module, "__dict__")  # does not load a lazy module
