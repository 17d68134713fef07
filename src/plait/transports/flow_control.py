"""Transports that tell their protocol to pause and to resume writing, by the size of what is queued."""

from __future__ import annotations

import sys

from plait.base import limits
from plait.native import methods
from plait.transports.reading import ReadingTransport

_HIGH_WATER = limits.HIGH_WATER_BYTES
_LOW_WATER = limits.LOW_WATER_BYTES


class FlowControl(ReadingTransport):
    """A transport with water marks: over the high one the protocol is paused, at the low one it may go on."""

    __slots__ = ("_high_water", "_low_water", "_protocol_paused")

    def begin_flow(self) -> None:
        """What the constructor does."""
        self._high_water = _HIGH_WATER
        self._low_water = _LOW_WATER
        self._protocol_paused = False

    def get_write_buffer_size(self) -> int:
        """How many bytes are queued."""
        raise NotImplementedError

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high water mark, in bytes."""
        return self._low_water, self._high_water

    def set_write_buffer_limits(self, high: float | None = None, low: float | None = None) -> None:
        """Set the water marks, in bytes. See `asyncio.WriteTransport.set_write_buffer_limits`."""
        if high is None:
            high = _HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high_water = _whole(high)
        self._low_water = _whole(low)
        self.pause_if_full(self.get_write_buffer_size())

    def pause_if_full(self, size: int) -> None:
        """Call ``pause_writing`` if `size` bytes are over the high water mark."""
        if size > self._high_water and not self._protocol_paused:
            self._protocol_paused = True
            self.call_flow("pause_writing")

    def resume_if_low(self, size: int) -> None:
        """Call ``resume_writing`` if `size` bytes are not over the low water mark."""
        if self._protocol_paused and size <= self._low_water:
            self._protocol_paused = False
            self.call_flow("resume_writing")

    def call_flow(self, name: str) -> None:
        """Call a method of the protocol, in the context of who writes."""
        try:
            getattr(self._protocol, name)()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self.report(f"protocol.{name}() failed", error)


methods.guard(FlowControl)


def _whole(mark: float) -> int:
    """A water mark as a number of bytes: infinity, and what else is more than there can be, is never reached."""
    return int(min(mark, sys.maxsize))
