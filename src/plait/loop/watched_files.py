"""The numbers of the files that a program watches: a file that is closed has lost its own."""

from __future__ import annotations

from selectors import _fileobj_to_fd  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable


class WatchedFiles:
    """Files by their numbers; they are not kept alive."""

    def __init__(self) -> None:
        self._files: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def number(self, file: Any) -> int:
        """The descriptor of `file`, a number or an object with ``fileno()``, which is to be watched."""
        number: int = _fileobj_to_fd(file)
        if isinstance(file, int):
            self._files.pop(number, None)
        elif hasattr(file, "__weakref__"):
            self._files[number] = file
        return number

    def unset(self, file: Any, unset: Callable[[int], bool]) -> bool:
        """Call `unset` with the number of `file`, the one that it had if it is closed."""
        try:
            number = _fileobj_to_fd(file)
        except ValueError:
            numbers = [number for number, known in self._files.items() if known is file]
            if not numbers:
                raise
            return _unset_closed(numbers[0], unset)
        return unset(number)


def _unset_closed(number: int, unset: Callable[[int], bool]) -> bool:
    try:
        return unset(number)
    except RuntimeError:  # a transport has the number by now
        return False
