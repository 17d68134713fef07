"""Under `plait run`, stock asyncio functions make plait's loop, and errors do not show plait's inside."""

import sys
from pathlib import Path

import pytest

from .conftest import Command

WAYS_TO_A_LOOP = {
    "run": "asyncio.run(main())",
    "Runner": "with asyncio.Runner() as runner: runner.run(main())",
    "new_event_loop": "loop = asyncio.new_event_loop(); loop.run_until_complete(main()); loop.close()",
    "events.new_event_loop": "loop = asyncio.events.new_event_loop(); loop.run_until_complete(main()); loop.close()",
    "set_event_loop": "loop = asyncio.new_event_loop(); asyncio.set_event_loop(loop); assert asyncio.get_event_loop() is loop; "
    "loop.run_until_complete(main()); loop.close()",
    "in a thread": "import threading; threading.Thread(target=lambda: asyncio.run(main())).start()",
    "in an exit function": "import atexit; atexit.register(lambda: asyncio.run(main()))",
    "in a test case": "import unittest\nclass T(unittest.IsolatedAsyncioTestCase):\n    async def test(self): await main()\n"
    "unittest.TextTestRunner(stream=open('log', 'w')).run(T('test'))",
}

MAIN = """\
import asyncio
async def main():
    assert asyncio.get_event_loop() is asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(0))
    await asyncio.wait_for(task, 10)
    print(type(asyncio.get_running_loop()).__module__, type(task).__module__)
"""


@pytest.mark.parametrize("way", WAYS_TO_A_LOOP)
@pytest.mark.parametrize("form", ["app.py", "-m"])
def test_stock_functions_make_plaits_loop(plait: Command, tmp_path: Path, way: str, form: str) -> None:
    (tmp_path / "app.py").write_text(MAIN + WAYS_TO_A_LOOP[way])
    ended = plait("run", *(["app.py"] if form == "app.py" else ["-m", "app"]))
    loop, task = ended.stdout.split()
    assert loop.startswith("plait.")
    assert task.startswith("plait.")
    assert (ended.stderr, ended.returncode) == ("", 0)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="from 3.14 on get_event_loop makes no loop")
def test_get_event_loop_makes_plaits_loop(plait: Command) -> None:
    code = "import asyncio, warnings; warnings.simplefilter('ignore'); loop = asyncio.get_event_loop(); "
    ended = plait("run", "-c", f"{code} print(type(loop).__module__); loop.close()")
    assert ended.stdout.startswith("plait.")


def test_own_loop_factory_of_the_program_is_used(plait: Command) -> None:
    factory = "asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)"
    ended = plait("run", "-c", f"import asyncio\nwith {factory} as runner: print(type(runner.get_loop()).__module__)")
    assert ended.stdout.startswith("asyncio.")


FAILURES = {
    "asyncio.run": "asyncio.run(inner())",
    "plait.run": "plait.run(inner())",
    "task": "async def outer(): await asyncio.create_task(inner())\nplait.run(outer())",
    "gather": "async def outer(): await plait.gather(inner(), plait.sleep(0))\nplait.run(outer())",
    "wait_for": "async def outer(): await plait.wait_for(inner(), 10)\nplait.run(outer())",
    "shield": "async def outer(): await plait.shield(inner())\nplait.run(outer())",
    "task group": "async def outer():\n    async with plait.TaskGroup() as group: group.create_task(inner())\nplait.run(outer())",
    "cause": "async def outer():\n    try: await plait.gather(inner())\n    except ValueError as error: raise KeyError from error\n"
    "plait.run(outer())",
    "thread": "async def outer(): await plait.to_thread(work)\nplait.run(outer())",
    "callback": "async def outer():\n    future = plait.get_running_loop().create_future()\n"
    "    plait.get_running_loop().call_soon(future.set_exception, ValueError('wrong'))\n    await future\nplait.run(outer())",
}

FAILING = """\
import asyncio, plait
def work(): raise ValueError("wrong")
async def inner():
    await asyncio.sleep(0)
    work()
"""


@pytest.mark.parametrize("failure", FAILURES)
def test_error_shows_no_frame_around_the_programs_own(plait: Command, tmp_path: Path, failure: str) -> None:
    import plait as package

    (tmp_path / "app.py").write_text(FAILING + FAILURES[failure])
    ended = plait("run", "app.py")
    frames = [line for line in ended.stderr.splitlines() if line.strip(" |").startswith("File ")]
    assert ended.returncode == 1
    assert str(tmp_path / "app.py") in frames[0]
    assert "ValueError: wrong" in ended.stderr
    if (
        failure != "callback"
    ):  # there the program's error has no frame of its own, and that of plait tells where it came out
        assert not [frame for frame in frames if str(Path(package.__file__).parent) in frame or "src/plait" in frame]


def test_error_that_plait_raises_shows_the_call_and_where(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import plait\nplait.run(5)\n")
    ended = plait("run", "app.py")
    lines = ended.stderr.splitlines()
    assert lines[1].startswith(f'  File "{tmp_path / "app.py"}", line 2')
    assert "plait/api/" in ended.stderr
    assert "plait/cli/" not in ended.stderr
    assert lines[-1].startswith("TypeError: ")
