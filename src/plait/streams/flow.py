# cython: nonecheck=True
"""A protocol's side of flow control: `drain()` waits while the transport has more to send than its high-water mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import methods, pool
from plait.schedule import foreign
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import operation
from plait.tasks.future import Future
from plait.transports.receiver import Receiver

if TYPE_CHECKING:
    from plait.schedule.scheduler import Scheduler


class FlowControl(Receiver):
    """The callbacks of a protocol that pause and resume its writers. `_drain_helper` is how asyncio's writer asks."""

    __slots__ = ("_connection_lost", "_drains", "_lost_error", "_paused", "_scheduler")

    def __init__(self, loop: Any = None) -> None:
        self._scheduler: Scheduler = foreign.choose_scheduler(loop)
        self._paused = False
        self._connection_lost = False
        self._lost_error: Any = None
        self._drains: Any = None  # who waits; made when somebody does

    @property
    def _loop(self) -> Any:
        return self._scheduler.loop()

    def takes_directly(self) -> bool:
        return False

    def pause_writing(self) -> None:
        """The transport has more to send than it wants to hold."""
        self._paused = True

    def resume_writing(self) -> None:
        """The transport has sent most of it."""
        self._paused = False
        self.wake_drains()

    def connection_lost(self, exc: Any) -> None:
        """Nothing more will be sent."""
        self.lose(exc)

    def lose(self, error: Any) -> None:
        """`connection_lost`, for compiled callers."""
        self._connection_lost = True
        self._lost_error = error
        self.wake_drains()

    def wake_drains(self) -> None:
        """Have all who wait look again."""
        drains: WaiterQueue | None = self._drains
        if drains is not None:
            drains.grant_all()

    def _drain_helper(self) -> Any:
        return self.make_drain()

    def make_drain(self) -> Drain:
        """An operation that waits until writing is not paused."""
        operation = pool.new(Drain)
        operation.begin()
        operation._flow = self
        operation._gives_way = False
        return operation


methods.guard(FlowControl)


class Drain(Waiter):
    """``writer.drain()``."""

    __slots__ = ("_flow", "_gives_way")

    _flow: FlowControl
    _gives_way: bool

    def start(self) -> Future | None:
        return self.wait_for_flow()

    def wait_for_flow(self) -> Future | None:
        """Wait if writing is paused."""
        flow = self._flow
        if flow._connection_lost:
            raise ConnectionResetError("Connection lost")
        if not flow._paused:
            return None
        if flow._drains is None:
            flow._drains = WaiterQueue()
        return self.wait_in(flow._drains, flow)

    def give_way(self) -> Future:
        """Let others run once, then go on."""
        self._gives_way = True
        future = pool.new(Future)
        future.begin(foreign.current_scheduler())
        future.finish(None)
        return future

    def resumed(self) -> Future | None:
        if self._gives_way:
            self._gives_way = False
            return self.wait_for_flow()
        if self._flow._lost_error is not None:
            raise self._flow._lost_error
        return None


pool.keep_freed_if_set(Drain, operation.progress_place())
