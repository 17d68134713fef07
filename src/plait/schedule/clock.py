"""What time it is: the seam where virtual time plugs in."""

from __future__ import annotations

from plait.native import clocks


class Clock:
    """The system's monotonic clock. A subclass may tell another time."""

    __slots__ = ()

    def time(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""
        return clocks.monotonic()
