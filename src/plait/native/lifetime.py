"""What a type does when one of its objects dies, and whether that would happen now."""

from __future__ import annotations

import sys


def call_when_freed(kind: type) -> None:
    """Have ``__dealloc__`` called when an object of type `kind` is freed.

    Compiled, it is called in any case, and for less than a finalizer costs; it must not let the object escape.
    """
    kind.__del__ = kind.__dealloc__  # type: ignore[attr-defined]


def is_interpreter_ending() -> bool:
    """Whether the interpreter takes itself apart, so that modules may have lost their names."""
    return sys.is_finalizing()


def ignore(error: BaseException, place: object) -> None:
    """Within what `call_when_freed` has called: have the interpreter tell that `error` was ignored in `place`.

    Interpreted, it names the function that was called.
    """
    raise error


def keep_for_good(thing: object) -> None:
    """Never free `thing`, not even when the interpreter ends."""
    import ctypes  # seldom needed, and slow to import

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def is_held(thing: object, known: int) -> bool:
    """Whether there may be more references to `thing` than the `known` ones. Interpreted, nobody knows: True."""
    return True
