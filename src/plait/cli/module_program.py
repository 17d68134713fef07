"""Programs that are a module, found by its name: `plait run -m pkg.mod`."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from plait.cli import main_module
from plait.cli.bad_input import NotRunnable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec


def run_module(name: str, arguments: Sequence[str]) -> int:
    """Run a module, or the `__main__` of a package, as the program."""
    main_module.set_command_line("-m", arguments)  # what `python` shows to the packages around the module
    main_module.set_first_path(os.getcwd())
    spec = find_program(name)
    sys.argv[0] = spec.origin or name
    return run_spec(spec)


def find_program(name: str) -> ModuleSpec:
    spec = find_module(name)
    if spec.submodule_search_locations is None:
        return spec
    import_module(name)
    main = importlib.util.find_spec(f"{name}.__main__")
    if main is None:
        raise NotRunnable(
            f"{name!r} is a package without a __main__; name one of its modules, or add {name}/__main__.py"
        )
    return main


def find_module(name: str) -> ModuleSpec:
    """Find the module, importing the packages around it. Their own errors are the program's and pass."""
    if name.endswith(".py") and os.path.exists(name):
        raise NotRunnable(f"{name!r} is a file; run it without -m: plait run {name}")
    if not all(name.split(".")):
        raise NotRunnable(f"{name!r} is not the full name of a module; type one like pkg.mod")
    package = name.rpartition(".")[0]
    if package:
        import_module(package)
    spec = find_spec(name)
    if spec is None:
        raise no_such_module(name)
    return spec


def find_spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ModuleNotFoundError, ValueError):  # the parent is not a package; or the module has no spec
        return None


def import_module(name: str) -> object:
    """Import a module, and tell one that is missing from one that fails to import what it needs."""
    try:
        __import__(name)  # not importlib.import_module, which leaves its own frames in the program's traceback
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise no_such_module(error.name) from error
        raise
    return sys.modules[name]


def no_such_module(name: str) -> NotRunnable:
    return NotRunnable(f"there is no module {name!r}; check its name, install it, or change to the folder that has it")


def run_spec(spec: ModuleSpec) -> int:
    """Run the code of a module that was found."""
    get_code = getattr(spec.loader, "get_code", None)
    code = get_code(spec.name) if get_code is not None else None
    if code is None:
        raise NotRunnable(f"{spec.name!r} has no Python code to run (it is compiled, or a folder without __init__.py)")
    exec(code, main_module.make_main_module(**main_module.module_attributes(spec)))
    return 0
