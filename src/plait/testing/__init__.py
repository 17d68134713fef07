"""What helps to test programs that run on plait: a plugin of pytest, as ``docs/testing.md`` tells."""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plait.base.errors import LeftBehind as LeftBehind

# Where each name lives; a module is imported when one of its names is first used.
_HOMES = {"LeftBehind": "plait.base.errors"}

__all__ = sorted(_HOMES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'plait.testing' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
