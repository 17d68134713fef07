"""What time it is: the seam where virtual time plugs in."""

from __future__ import annotations

from plait.base import limits
from plait.native import clocks

_COARSE_LAG = limits.COARSE_CLOCK_LAG_SECONDS


class Clock:
    """The system's monotonic clock. A subclass may tell another time."""

    __slots__ = ()

    def time(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""
        return clocks.monotonic()

    def is_past(self, when: float) -> bool:
        """Whether it is `when`, or later. Of what is far away a cheaper clock tells."""
        if type(self) is Clock and when - clocks.coarse() > _COARSE_LAG:
            return False
        return when <= self.time()
