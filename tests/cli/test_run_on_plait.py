"""Under `plait run`, stock asyncio functions make plait's loop, and errors do not show plait's inside."""

import sys
from pathlib import Path

import pytest

from .conftest import Command

WAYS_TO_A_LOOP = {
    "run": "asyncio.run(main())",
    "Runner": "with asyncio.Runner() as runner:\n    runner.run(main())",
    "new_event_loop": "loop = asyncio.new_event_loop()\nloop.run_until_complete(main())\nloop.close()",
    "events module": "loop = asyncio.events.new_event_loop()\nloop.run_until_complete(main())\nloop.close()",
    "set_event_loop": """
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
assert asyncio.get_event_loop() is loop
loop.run_until_complete(main())
loop.close()
""",
    "in a thread": "import threading\nthreading.Thread(target=lambda: asyncio.run(main())).start()",
    "in an exit function": "import atexit\natexit.register(lambda: asyncio.run(main()))",
    "in a test case": """
import io, unittest
class Test(unittest.IsolatedAsyncioTestCase):
    async def test(self):
        await main()
unittest.TextTestRunner(stream=io.StringIO()).run(Test("test"))
""",
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


FAILING = """\
import asyncio, plait

def work():
    raise ValueError("wrong")

async def inner():
    await asyncio.sleep(0)
    work()
"""

RUNS = {"asyncio.run": "asyncio.run(inner())", "plait.run": "plait.run(inner())"}

AWAITS = {
    "task": "    await plait.create_task(inner())",
    "gather": "    await plait.gather(inner(), plait.sleep(0))",
    "wait_for": "    await plait.wait_for(inner(), 10)",
    "shield": "    await plait.shield(inner())",
    "timeout": "    async with plait.timeout(10):\n        await inner()",
    "task group": "    async with plait.TaskGroup() as group:\n        group.create_task(inner())",
    "cause": """
    try:
        await plait.gather(inner())
    except ValueError as error:
        raise KeyError from error
""",
    "thread": "    await plait.to_thread(work)",
    "callback": """
    future = plait.get_running_loop().create_future()
    plait.get_running_loop().call_soon(future.set_exception, ValueError("wrong"))
    await future
""",
}

FAILURES = RUNS | {name: f"async def outer():\n{body}\nplait.run(outer())" for name, body in AWAITS.items()}


@pytest.mark.parametrize("failure", FAILURES)
def test_error_shows_no_frame_around_the_programs_own(plait: Command, tmp_path: Path, failure: str) -> None:
    (tmp_path / "app.py").write_text(FAILING + FAILURES[failure])
    ended = plait("run", "app.py")
    frames = frame_lines(ended.stderr)
    assert ended.returncode == 1
    assert str(tmp_path / "app.py") in frames[0]
    assert "ValueError: wrong" in ended.stderr
    assert not [frame for frame in frames if "/plait/" in frame]


def frame_lines(errors: str) -> list[str]:
    """The lines of a traceback that name a file, in groups of errors too."""
    return [line for line in errors.splitlines() if line.strip(" |").startswith("File ")]


def test_error_that_plait_raises_shows_the_call(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import plait\nplait.run(5)\n")
    ended = plait("run", "app.py")
    assert len(frame_lines(ended.stderr)) == 1
    assert f'  File "{tmp_path / "app.py"}", line 2, in <module>\n    plait.run(5)\n' in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("TypeError: ")


def test_development_mode_shows_plaits_frames(python: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import plait\nplait.run(5)\n")
    ended = python("-X", "dev", "-m", "plait", "run", "app.py")
    assert ended.returncode == 1
    assert "plait/api/" in ended.stderr
