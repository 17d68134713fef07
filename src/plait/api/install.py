"""`install` and `uninstall`: the libraries of the process run on plait, through `asyncio`, or no longer do."""

from __future__ import annotations

import threading
from multiprocessing.process import current_process
from typing import Any

from plait.api import stand_in
from plait.api.default_loop import DefaultLoop
from plait.api.rebinding import Rebinding, Replacement
from plait.api.replacements import find_replacements, is_public


def install() -> None:
    """Put plait in asyncio's place, in the whole process and in the children that `multiprocessing` starts.

    New loops are plait's, and so are tasks, locks, queues, streams, `gather()`, … of every library, imported before or
    after: the names are bound anew in `asyncio` and in each module that has imported them from there. It may be called in
    any thread and at any time; loops that run go on as they are. Called again, it takes in what has come since, and makes
    plait's loop the default where another was chosen. See docs/drop-in.md.
    """
    with _lock:
        _installation.put()


def uninstall() -> None:
    """Undo `install`: asyncio is as it was. What plait has made lives on. Where plait is not installed, nothing happens.

    What somebody else has put in asyncio's place since stays there.
    """
    with _lock:
        _installation.take_back()


class Installation:
    """What `install` has changed."""

    def __init__(self) -> None:
        self._replacements: list[Replacement] = []
        self._names = Rebinding()
        self._default_loop = DefaultLoop()

    def put(self) -> None:
        if not self._replacements:
            self._replacements = [*find_replacements(), *self._default_loop.replacements()]
        self._default_loop.put()
        for each in self._stand_ins():
            stand_in.activate(each)
        self._names.replace(self._replacements)
        _inherited()["plait"] = InstalledInChild()

    def take_back(self) -> None:
        _inherited().pop("plait", None)
        self._names.undo()
        Rebinding().replace(self._known_as_installed())
        for each in self._stand_ins():
            stand_in.retire(each)
        self._default_loop.take_back()
        self._replacements = []

    def _stand_ins(self) -> list[stand_in.StandIn]:
        return [each.new for each in self._replacements if type(each.new) is stand_in.StandIn]

    def _known_as_installed(self) -> list[Replacement]:
        """What modules that came meanwhile can have from nowhere but asyncio; `plait.sleep` they may have from plait."""
        return [Replacement(new, old, name) for old, new, name in self._replacements if not is_public(new)]


class InstalledInChild:
    """Installs plait where it is unpickled: in a new interpreter that `multiprocessing` has started."""

    def __reduce__(self) -> Any:
        return _install_in_child, ()


def _install_in_child() -> InstalledInChild:
    install()
    return InstalledInChild()


def _inherited() -> dict[str, Any]:
    """What each process hands to those that it starts through `multiprocessing`."""
    return current_process()._config  # type: ignore[attr-defined, no-any-return]


_lock = threading.RLock()
_installation = Installation()
