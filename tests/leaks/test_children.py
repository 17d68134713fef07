"""A child process that has ended leaves nothing behind, and nothing that only the garbage collector finds."""

import gc

import pytest

from .test_reference_counts import assert_no_growth

# Children a run, of each kind.
CHILDREN = 3


async def children(aio):
    pipe = aio.subprocess.PIPE
    for _ in range(CHILDREN):
        process = await aio.create_subprocess_exec("true")
        await process.wait()
        process = await aio.create_subprocess_exec("cat", stdin=pipe, stdout=pipe, stderr=pipe)
        assert await process.communicate(b"data") == (b"data", b"")
    await aio.sleep(0)


def test_ended_children_leave_nothing_behind(aio):
    with aio.Runner() as runner:
        assert_no_growth(lambda: runner.run(children(aio)))


def test_ended_children_leave_no_cycles(aio):
    if aio.__name__ == "asyncio":
        pytest.skip("asyncio's leave some")

    async def main():
        await children(aio)
        gc.collect()
        gc.disable()
        try:
            await children(aio)
            assert gc.collect() < CHILDREN
        finally:
            gc.enable()

    aio.run(main())
