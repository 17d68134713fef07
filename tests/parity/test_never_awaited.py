"""What is made to be awaited, and dropped: where the warning points, and what it says."""

import sys

import pytest

FORGOTTEN = {
    "sleep": lambda aio: aio.sleep(1),
    "Lock.acquire": lambda aio: aio.Lock().acquire(),
    "Semaphore.acquire": lambda aio: aio.BoundedSemaphore().acquire(),
    "Event.wait": lambda aio: aio.Event().wait(),
    "Condition.wait": lambda aio: aio.Condition().wait(),
    "Condition.wait_for": lambda aio: aio.Condition().wait_for(bool),
    "TaskGroup.__aexit__": lambda aio: aio.TaskGroup().__aexit__(None, None, None),
    "Queue.get": lambda aio: aio.Queue().get(),
    "Queue.put": lambda aio: aio.Queue().put(1),
    "Queue.join": lambda aio: aio.Queue().join(),
    "StreamReader.readline": lambda aio: aio.StreamReader(loop=aio.get_running_loop()).readline(),
}


@pytest.mark.parametrize("name", FORGOTTEN)
async def test_an_awaitable_that_is_dropped_is_warned_of_at_the_line_that_drops_it(aio, name):
    line = sys._getframe().f_lineno + 2
    with pytest.warns(RuntimeWarning, match="was never awaited") as caught:
        FORGOTTEN[name](aio)
    assert str(caught[0].message) == f"coroutine '{name}' was never awaited"
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def test_each_line_that_drops_an_awaitable_is_warned_of(run_script):
    done = run_script(
        """
        async def forget():
            aio.sleep(1)
            aio.sleep(2)

        async def main():
            await forget()

        aio.run(main())
        """
    )
    assert done.stderr.count("RuntimeWarning: coroutine 'sleep' was never awaited") == 2


def test_where_the_warning_is_an_error_it_is_told_and_ignored(run_script):
    done = run_script(
        """
        async def main():
            aio.sleep(1)

        aio.run(main())
        """,
        "-Werror",
    )
    assert done.returncode == 0
    assert "Exception ignored" in done.stderr
    assert done.stderr.count("coroutine 'sleep' was never awaited\n") == 1
