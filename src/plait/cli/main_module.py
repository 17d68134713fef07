"""The module `__main__` and the `sys.argv` and `sys.path[0]` that `python` gives to a program."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec


def set_command_line(name: str, arguments: Sequence[str]) -> None:
    """What the program sees as its own command line."""
    sys.argv[:] = [name, *arguments]


def set_first_path(entry: str) -> None:
    """Put the program's folder where that of `plait` is, unless `python -P` forbids such a folder."""
    if not sys.flags.safe_path:
        sys.path[:1] = [entry]


def make_main_module(**attributes: Any) -> dict[str, Any]:
    """A new `__main__`, which stays in `sys.modules`: threads, exit functions, pickle and multiprocessing look for it.

    Returns its namespace.
    """
    module = ModuleType("__main__")
    module.__dict__.update(attributes, __builtins__=builtins)
    if sys.version_info < (3, 14):
        module.__dict__.setdefault("__annotations__", {})
    sys.modules["__main__"] = module
    return module.__dict__


def script_attributes(file: str, loader: Any) -> dict[str, Any]:
    """What `python file` sets."""
    return {"__file__": file, "__loader__": loader} | cached(None)


def module_attributes(spec: ModuleSpec) -> dict[str, Any]:
    """What `python -m module` sets."""
    attributes = {"__file__": spec.origin, "__loader__": spec.loader, "__package__": spec.parent, "__spec__": spec}
    return attributes | cached(spec.cached)


def cached(path: str | None) -> dict[str, Any]:
    """Python 3.15 dropped the attribute."""
    return {"__cached__": path} if sys.version_info < (3, 15) else {}
