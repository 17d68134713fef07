"""One value a thread; each module that uses this has its own."""

from __future__ import annotations

import threading
from typing import Any

_local = threading.local()


def get() -> Any:
    """This thread's value, None at first."""
    return getattr(_local, "value", None)


def put(value: Any) -> None:
    """Set this thread's value; the caller keeps it alive until it puts another."""
    _local.value = value
