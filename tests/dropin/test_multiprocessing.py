"""`multiprocessing` from under plait, by each of its ways to start a process."""

import multiprocessing
from collections.abc import Callable

import pytest

OutputOf = Callable[..., str]
METHODS = multiprocessing.get_all_start_methods()

PROGRAM = """
import asyncio, multiprocessing, plait
from concurrent.futures import ProcessPoolExecutor


async def work(x):
    queue = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(queue.put(x + 1))
    return await queue.get(), *(type(thing).__module__.split(".")[0] for thing in (queue, asyncio.get_running_loop()))


def in_child(x):
    return asyncio.run(work(x))


def grandchild(x):
    with ProcessPoolExecutor(1, multiprocessing.get_context("METHOD")) as pool:
        return pool.submit(in_child, x).result(30)


async def main():
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, multiprocessing.get_context("METHOD")) as pool:
        print(await loop.run_in_executor(pool, in_child, 1))
    if "METHOD" != "fork":
        with ProcessPoolExecutor(1, multiprocessing.get_context("METHOD")) as pool:
            print(await loop.run_in_executor(pool, grandchild, 2))
    print(await work(3))


if __name__ == "__main__":
    INSTALL
    asyncio.run(main())
"""

EVERYWHERE = "(2, 'plait', 'plait')\n(3, 'plait', 'plait')\n(4, 'plait', 'plait')\n"
QUIET = ("-W", "ignore:This process:DeprecationWarning")


@pytest.mark.parametrize("method", METHODS)
def test_children_are_installed_too(output_of: OutputOf, method: str) -> None:
    text = PROGRAM.replace("METHOD", method).replace("INSTALL", "plait.install()")
    expected = EVERYWHERE if method != "fork" else EVERYWHERE.replace("(3, 'plait', 'plait')\n", "")
    assert output_of(text, *QUIET) == expected


def test_children_of_plait_run_are_installed_too(output_of: OutputOf) -> None:
    text = PROGRAM.replace("METHOD", "spawn").replace("INSTALL", "pass")
    assert output_of(text, command=("-m", "plait", "run", "app.py")) == EVERYWHERE


def test_after_uninstall_children_are_asyncios(output_of: OutputOf) -> None:
    text = PROGRAM.replace("METHOD", "spawn").replace("INSTALL", "plait.install(); plait.uninstall()")
    assert output_of(text) == EVERYWHERE.replace("plait", "asyncio")


PLAIN = """
import asyncio, multiprocessing, plait


def in_child(connection, x):
    connection.send(plait.run(asyncio.sleep(0.001, x + 1)))


async def main(method):
    context = multiprocessing.get_context(method)
    mine, theirs = context.Pipe()
    child = context.Process(target=in_child, args=(theirs, 1))
    child.start()
    readable = asyncio.Event()
    asyncio.get_running_loop().add_reader(mine.fileno(), readable.set)
    await readable.wait()
    asyncio.get_running_loop().remove_reader(mine.fileno())
    print(mine.recv())
    await asyncio.to_thread(child.join)
    print(child.exitcode, await asyncio.sleep(0.001, "on"))


if __name__ == "__main__":
    plait.run(main("METHOD"))
"""


@pytest.mark.parametrize("method", METHODS)
def test_process_started_under_a_live_loop(output_of: OutputOf, method: str) -> None:
    assert output_of(PLAIN.replace("METHOD", method), *QUIET) == "2\n0 on\n"
