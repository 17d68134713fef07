"""Set aside what this thread is in the midst of: the contexts that it has entered, and the exception that it handles.

In between others may enter those contexts, and no exception of theirs is raised "during handling" of one that is not
theirs. The interpreter has no function in Python for either: contexts are left with its C functions, and the exception
stays.
"""

from __future__ import annotations

import functools
from contextvars import Context
from typing import Any

# How much of the interpreter's record of a thread is looked at. The context lies within the first 300 bytes.
_WORDS = 64


def set_aside() -> list[Context]:
    """Leave everything; must be followed by `take_up` in the same thread, and not within an ``except``."""
    import ctypes  # a hundredth of a second, which only a nested run has to spend

    left: list[Context] = []
    context = _current()
    while context is not None:
        try:
            ctypes.pythonapi.PyContext_Exit(ctypes.py_object(context))
        except RuntimeError:  # the thread's first context was not entered
            break
        left.append(context)
        context = _current()
    return left


def take_up(aside: list[Context]) -> None:
    """Undo `set_aside`, which returned `aside`."""
    import ctypes

    for context in reversed(aside):
        ctypes.pythonapi.PyContext_Enter(ctypes.py_object(context))


def _current() -> Context | None:
    """The current context itself: `contextvars.copy_context` gives a copy."""
    import ctypes

    address = _thread_words()[_word_of_context()]
    return ctypes.cast(address, ctypes.py_object).value if address else None


def _thread_words() -> Any:
    import ctypes

    state = ctypes.pythonapi.PyThreadState_Get
    state.restype = ctypes.c_void_p
    return (ctypes.c_void_p * _WORDS).from_address(state())


@functools.cache
def _word_of_context() -> int:
    """It differs by version: enter a context, and see where its address has appeared."""
    context = Context()
    return context.run(lambda: list(_thread_words()).index(id(context)))
