"""Programs that are a function of a module: `plait run pkg.mod:main`."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any

import plait
from plait.cli import main_module
from plait.cli.bad_input import BadInput, NotRunnable
from plait.cli.module_program import import_module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def is_function_name(text: str) -> bool:
    """Whether this looks like `pkg.mod:function` and is no file."""
    module, colon, path = text.partition(":")
    if not colon or not all(part.isidentifier() for part in path.split(".")) or os.path.exists(text):
        return False
    return os.sep not in module and not module.endswith(".py")


def run_function(name: str, arguments: Sequence[str]) -> int:
    """Call the function; run what it returns if that can be awaited. An int that comes back is the exit code."""
    main_module.set_command_line(name, arguments)
    main_module.set_first_path(os.getcwd())
    function = find_function(name)
    check_needs_no_arguments(name, function)
    result = function()
    if inspect.isawaitable(result):
        result = plait.run(result)
    return result if type(result) is int else 0


def find_function(name: str) -> Callable[[], Any]:
    module, _, path = name.partition(":")
    if not all(module.split(".")):
        raise BadInput(f"{name!r} does not begin with the full name of a module; type one like pkg.mod:main")
    try:
        found: Any = import_module(module)
    except NotRunnable as error:  # `python` knows no such programs, and gives no exit code for them
        raise BadInput(str(error)) from error
    for attribute in path.split("."):
        if not hasattr(found, attribute):
            raise BadInput(f"module {module!r} has no {path!r}; define it there, or name a function that it has")
        found = getattr(found, attribute)
    if not callable(found):
        raise BadInput(f"{name!r} is of type {type(found).__name__} and cannot be called; name a function")
    return found  # type: ignore[no-any-return]


def check_needs_no_arguments(name: str, function: Callable[[], Any]) -> None:
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        advice = "give its parameters defaults, and read sys.argv in it"
        raise BadInput(f"{name!r} cannot be called without arguments ({error}); {advice}") from error
    except ValueError:  # some functions written in C have no signature
        return
