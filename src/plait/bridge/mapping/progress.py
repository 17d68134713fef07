"""Shows how far a map is: by tqdm, by rich, or by whatever function is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Progress:
    """The contract, which shows nothing."""

    def advance(self, count: int) -> None:
        """So many more items are done."""

    def close(self) -> None:
        """The map is over."""


def progress_for(progress: Any, total: int | None) -> Progress:
    """What `progress` means: None, True, 'tqdm', 'rich', or ``function(done, total)``; `total` None: nobody knows."""
    if progress is None or progress is False:
        return Progress()
    if callable(progress):
        return ByFunction(progress, total)
    if progress is True:
        return _first_installed(total)
    if progress in _BARS:
        return _BARS[progress](total)
    raise TypeError(
        f"progress={progress!r} is no way to show it; it can be True, 'tqdm', 'rich' or a function(done, total)"
    )


def _first_installed(total: int | None) -> Progress:
    for make in _BARS.values():
        try:
            return make(total)
        except ImportError:
            continue
    raise ImportError("progress=True needs a library that draws bars: pip install tqdm (or rich)")


class ByFunction(Progress):
    """Calls ``function(done, total)``."""

    def __init__(self, function: Callable[[int, int | None], object], total: int | None) -> None:
        self._function = function
        self._done = 0
        self._total = total

    def advance(self, count: int) -> None:
        self._done += count
        self._function(self._done, self._total)


class ByTqdm(Progress):
    """A bar of text on a terminal, a widget in a notebook."""

    def __init__(self, total: int | None) -> None:
        from tqdm.autonotebook import tqdm

        self._bar = tqdm(total=total)

    def advance(self, count: int) -> None:
        self._bar.update(count)

    def close(self) -> None:
        self._bar.close()


class ByRich(Progress):
    """The same by rich."""

    def __init__(self, total: int | None) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

        self._bar = Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self._task = self._bar.add_task("", total=total)
        self._bar.start()

    def advance(self, count: int) -> None:
        self._bar.advance(self._task, count)

    def close(self) -> None:
        self._bar.stop()


_BARS: dict[str, Callable[[int | None], Progress]] = {"tqdm": ByTqdm, "rich": ByRich}
