"""One item on its way: where it is, how often it was tried, and what came of it."""

from __future__ import annotations

import reprlib
from typing import Any


class Call:
    """``fn(item)``; `work` is what the engine has of it."""

    __slots__ = ("error", "index", "is_done", "item", "result", "tries", "work")

    def __init__(self, index: int, item: Any) -> None:
        self.index = index
        self.item = item
        self.tries = 0
        self.is_done = False
        self.work: Any = None
        self.result: Any = None
        self.error: BaseException | None = None

    def described(self) -> str:
        """For the note of its error; `repr(item)` may be long, or fail."""
        tries = f", tried {self.tries} times" if self.tries > 1 else ""
        try:
            item = reprlib.repr(self.item)
        except Exception:
            item = f"of {type(self.item)!r}"
        return f"bridge.map: item {self.index}, {item}{tries}"
