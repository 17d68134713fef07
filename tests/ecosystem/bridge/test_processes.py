"""What travels between processes: arrays, lambdas, classes of a test; and executors of others under `bridge.map`."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from plait import bridge

numpy = pytest.importorskip("numpy")
pytest.importorskip("cloudpickle")


@pytest.fixture(scope="module")
def pool() -> Iterator[bridge.ProcessPool]:
    with bridge.ProcessPool(1) as pool:
        asyncio.run(pool.run(abs, -1))
        yield pool


async def test_large_arrays_travel_both_ways(pool: bridge.ProcessPool) -> None:
    array = numpy.arange(10_000_000, dtype=float)
    doubled = await pool.run(lambda far: far * 2, array)
    assert doubled.flags.writeable
    assert (doubled == array * 2).all()


async def test_views_and_odd_arrays_travel(pool: bridge.ProcessPool) -> None:
    for array in (
        numpy.arange(100_000).reshape(100, 1000)[:, ::3],
        numpy.asfortranarray(numpy.ones((300, 400))),
        numpy.array([]),
        numpy.array(["text", None, 5], dtype=object),
        numpy.zeros(3, dtype=[("x", "f8"), ("name", "U5")]),
    ):
        assert numpy.array_equal(await pool.run(lambda far: far, array), array)


async def test_closures_and_local_classes_travel(pool: bridge.ProcessPool) -> None:
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    factor = 3
    point = await pool.run(lambda far: Point(far.x * factor), Point(5))
    assert isinstance(point, Point)
    assert point.x == 15


async def test_executor_of_loky() -> None:
    loky = pytest.importorskip("loky")
    with loky.ProcessPoolExecutor(1) as executor:
        assert [x async for x in bridge.map(lambda n: n + 1, range(10), on=executor)] == list(range(1, 11))


async def test_progress_bars(capfd: pytest.CaptureFixture[str]) -> None:
    for library in ("tqdm", "rich"):
        pytest.importorskip(library)
        assert [x async for x in bridge.map(abs, range(3), progress=library)] == [0, 1, 2]
        assert "3/3" in "".join(capfd.readouterr()), library
    tqdm: Any = sys.modules["tqdm"]
    if tqdm.tqdm.monitor is not None:
        tqdm.tqdm.monitor.exit()
