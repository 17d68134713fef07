"""Tells what runs: which modules are compiled, on which Python, with which poller."""

from __future__ import annotations

import sys
from importlib.machinery import ExtensionFileLoader, PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def build_info() -> dict[str, Any]:
    """The facts a bug report needs.

    version: str. mode: "compiled" when every module with a ``.pxd`` is an extension module, "interpreted" when none is,
    else "mixed". modules: each such module and which of the two it is. python, poller, platform: str.
    """
    import platform  # here and below: who imports plait and never asks does not pay for what the answer needs
    from pathlib import Path

    modules = _modules(Path(__file__).parent)
    return {
        "version": _version(),
        "mode": _mode(set(modules.values())),
        "modules": modules,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "poller": _poller(),
        "platform": platform.platform(),
    }


def _modules(package: Path) -> dict[str, str]:
    paths = (path.relative_to(package).with_suffix("") for path in sorted(package.rglob("*.pxd")))
    declared = {".".join(("plait", *path.parts)): package / path.parent for path in paths if path.parts[0] != "native"}
    return {name: "compiled" if _is_compiled(name, folder) else "interpreted" for name, folder in declared.items()}


def _is_compiled(name: str, folder: Path) -> bool:
    """Asks the module if it is loaded, else the finder, so that nothing is imported for the sake of the answer."""
    module = sys.modules.get(name)
    spec = PathFinder.find_spec(name, [str(folder)]) if module is None else module.__spec__
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader)


def _mode(kinds: set[str]) -> str:
    if len(kinds) > 1:
        return "mixed"
    return kinds.pop() if kinds else "interpreted"


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("plait")
    except metadata.PackageNotFoundError:
        from plait import __version__

        return __version__


def _poller() -> str:
    from plait.poll.choose import new_poller

    poller = new_poller()
    try:
        return type(poller).__name__
    finally:
        poller.close()
