"""The blocking faces of primitives, whose modules are imported when the first of them is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_known: dict[str, Any] = {}


def face(primitive: Any, name: str, module: str) -> Any:
    """A face of `primitive`, of the class `name` in `module`; from now on threads take part."""
    kind = _known.get(name)
    if kind is None:
        kind = _known[name] = getattr(import_module(module), name)
    primitive.share()
    return kind(primitive)
