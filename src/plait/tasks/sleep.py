"""Let others run, or wait for a time."""

from __future__ import annotations

from typing import Any

from plait.base import numeric
from plait.native import iteration, pool
from plait.schedule import foreign
from plait.schedule.timer import Timer
from plait.tasks import coroutine_kinds, operation
from plait.tasks.future import Future
from plait.tasks.operation import Operation

_NEW = 0
_WAITING = 1
_ENDED = 2


def sleep(delay: float, result: Any = None) -> Operation:
    """Return `result` after `delay` seconds; with 0 or less, after the others that are ready had their turn."""
    if type(delay) is not int and type(delay) is not float:
        numeric.must_be_number(delay, "sleep", "a delay in seconds")
    if delay <= 0:
        turn = pool.new_unseen(Yield) if result is None else pool.new(Yield)
        turn.begin()
        turn._value = result
        return turn
    if delay != delay:
        raise ValueError(f"Invalid delay: {delay} (NaN, not a number): give seconds, or 0 to let others run")
    operation = pool.new(Sleep)
    operation.begin()
    operation._delay = delay
    operation._value = result
    return operation


class Yield(Operation):
    """``sleep(0)``: one bare yield."""

    __slots__ = ()

    def label(self) -> str:
        return "sleep"

    def __next__(self) -> Any:
        progress = self._progress
        if progress == _NEW:
            self._progress = _WAITING
            return None
        self._progress = _ENDED
        if progress == _ENDED:
            raise RuntimeError("cannot reuse already awaited sleep()")
        iteration.stop(self._value)
        raise StopIteration


class Sleep(Operation):
    """``sleep(delay)``: a future that a timer settles."""

    __slots__ = ("_delay", "_timer")

    _delay: float
    _timer: WakeUpTimer

    def start(self) -> Future | None:
        scheduler = foreign.current_scheduler()
        future = pool.new(Future)
        future.begin(scheduler)
        timer = pool.new(WakeUpTimer)
        timer.set_deadline(scheduler.now() + self._delay)
        timer._future = future
        self._timer = timer
        scheduler.start_timer(timer)
        return future

    def interrupted(self, error: BaseException) -> Future | None:
        self._timer.cancel()
        raise error


class WakeUpTimer(Timer):
    """Settles a future at its deadline."""

    __slots__ = ("_future",)

    _future: Future | None

    def is_quiet(self) -> bool:
        return True

    def run(self) -> Any:
        future = self._future
        self._future = None
        if future is not None and not future.is_settled():
            future.finish(None)


pool.keep_freed(WakeUpTimer)
pool.keep_freed_if_set(Yield, operation.progress_place())
pool.keep_freed_if_set(Sleep, operation.progress_place())
coroutine_kinds.mark_coroutine_function(sleep)
