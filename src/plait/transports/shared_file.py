"""One descriptor, two transports: a terminal is read by one and written to by another."""

from __future__ import annotations

from typing import Any


class SharedFile:
    """The file objects of two transports of one descriptor, of which the later closes it."""

    __slots__ = ("_files",)

    def __init__(self, *files: Any) -> None:
        self._files = files

    def close(self) -> None:
        """Close each, once."""
        for file in self._files:
            file.close()
