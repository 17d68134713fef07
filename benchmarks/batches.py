"""Cuts a measurement into batches of an operation, as many as the time allows, each long enough for its clock."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter

BATCHES = 4
"""Batches a measurement is cut into; their median shrugs off a disturbance that hits one of them."""

LONGEST_BATCH = 0.05
"""Seconds: a longer batch would let a flood of pending callbacks grow without need."""

FIRST_BATCH = 10
"""Operations in the first batch of the warm-up, which grows until it is long enough to judge the speed by."""

GROWTH_STEP = 4
"""How many times as many operations the next batch of the warm-up has."""

WARM_UP_SIZE = 1000
"""Operations of the warm-up of a row whose batch has a fixed size."""

Once = Callable[[int], int]
"""Runs the operation n times and returns the nanoseconds (or bytes)."""


def warm_up(once: Once, size: int | None, seconds: float) -> int:
    """Run the operation until everything it needs is there; returns the operations of a batch, `size` where it is given."""
    if size is not None:
        once(min(size, WARM_UP_SIZE))
        return size
    once(FIRST_BATCH)  # which imports what is imported at its first use: no measure of the speed
    batch = min(seconds / BATCHES, LONGEST_BATCH)
    n, elapsed = FIRST_BATCH, once(FIRST_BATCH) / 1e9
    while elapsed < batch / GROWTH_STEP:
        n *= GROWTH_STEP
        elapsed = once(n) / 1e9
    return max(FIRST_BATCH, round(n * batch / elapsed))


def run_batches(once: Once, n: int, seconds: float) -> list[float]:
    """Batches of n operations until the time is over, each after a garbage collection, at least one."""
    figures: list[float] = []
    end = perf_counter() + seconds
    while not figures or perf_counter() < end:
        gc.collect()
        figures.append(once(n) / n)
    return figures
