"""Object references of Ray, where it is installed: it is larger than all else here together."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from plait import bridge

ray = pytest.importorskip("ray")


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield
    ray.shutdown()


async def test_result_and_error() -> None:
    @ray.remote
    def divide(dividend: int, divisor: int) -> float:
        return dividend / divisor

    assert await bridge.wrap(divide.remote(6, 3)) == 2
    with pytest.raises(ZeroDivisionError):
        await bridge.wrap(divide.remote(1, 0))


async def test_cancelling_cancels_the_task() -> None:
    @ray.remote
    def hold() -> None:
        import time

        for _ in range(600):
            time.sleep(0.1)

    reference: Any = hold.remote()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bridge.wrap(reference), 1)
    with pytest.raises((ray.exceptions.TaskCancelledError, ray.exceptions.RayTaskError)):
        await bridge.wrap(reference)
