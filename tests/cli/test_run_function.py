"""`plait run pkg.mod:main`: a function is the program."""

from pathlib import Path

import pytest

from .conftest import Command

MODULE = """\
import asyncio, functools, sys

async def main():
    await asyncio.sleep(0)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    print(type(loop).__module__, type(task).__module__, __name__, sys.argv, sys.path[0])

def plain():
    print("plain")

def awaitable():
    return main()

async def text():
    return "nobody prints this"

async def three():
    return 3

async def true():
    return True

async def fail():
    raise ValueError("x")

def fail_plainly():
    raise ValueError("x")

async def leave():
    sys.exit(7)

class Application:
    @classmethod
    async def serve(cls):
        print("served")

partial = functools.partial(print, "partial")
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path) -> Path:
    (tmp_path / "package").mkdir()
    path = tmp_path / "package/module.py"
    path.write_text(MODULE)
    return path


@pytest.mark.parametrize("name", ["main", "awaitable"])
def test_coroutine_runs_on_plait(plait: Command, tmp_path: Path, name: str) -> None:
    ended = plait("run", f"package.module:{name}", "--help", "x")
    loop, task, module_name, rest = ended.stdout.split(maxsplit=3)
    assert loop.startswith("plait.")
    assert task.startswith("plait.")
    assert module_name == "package.module"
    assert rest == f"['package.module:{name}', '--help', 'x'] {tmp_path}\n"
    assert (ended.stderr, ended.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("name", "output"), [("plain", "plain\n"), ("partial", "partial\n"), ("Application.serve", "served\n")]
)
def test_whatever_can_be_called(plait: Command, name: str, output: str) -> None:
    ended = plait("run", f"package.module:{name}")
    assert (ended.stdout, ended.stderr, ended.returncode) == (output, "", 0)


@pytest.mark.parametrize(("name", "exit_code"), [("text", 0), ("three", 3), ("true", 0), ("leave", 7)])
def test_exit_code(plait: Command, name: str, exit_code: int) -> None:
    ended = plait("run", f"package.module:{name}")
    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "", exit_code)


@pytest.mark.parametrize("name", ["fail", "fail_plainly"])
def test_error_shows_only_the_programs_frames(plait: Command, module: Path, name: str) -> None:
    ended = plait("run", f"package.module:{name}")
    frames = [line for line in ended.stderr.splitlines() if line.startswith("  File ")]
    assert ended.returncode == 1
    assert len(frames) == 1
    assert frames[0].startswith(f'  File "{module}", line ')
    assert ended.stderr.endswith("\nValueError: x\n")


def test_file_with_such_a_name_is_a_file(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "package.module:main").write_text("print('file')")
    assert plait("run", "package.module:main").stdout == "file\n"
