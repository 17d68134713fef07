"""Methods whose modules are imported when they are first used, so that a program pays for what it uses."""

from __future__ import annotations

import importlib
from typing import Any


class FirstUse:
    """Stands for the method ``name(self, …)``, a function of `module`, until somebody asks for it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        function = getattr(importlib.import_module(self._module), self._name)
        setattr(self._owner, self._name, function)
        return function if instance is None else function.__get__(instance, owner)
