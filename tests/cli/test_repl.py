"""`plait repl` fed through a pipe: what is evaluated, in which context, and how it ends."""

import sys
from pathlib import Path

import pytest

from .conftest import Command

PROMPTS = (">>> ", "... ")


def printed(stdout: str) -> list[str]:
    """The lines of output; through a pipe, the prompts stand before them."""
    lines = []
    for line in stdout.splitlines():
        while line.startswith(PROMPTS):
            line = line[4:]
        lines.append(line)
    return [line for line in lines if line]


def test_await_at_top_level(plait: Command) -> None:
    ended = plait("repl", typed="await asyncio.sleep(0, 'slept')\nx = await plait.sleep(0, 2)\nx + _.count('s')\n")
    assert printed(ended.stdout) == ["'slept'", "3"]
    assert ended.returncode == 0


def test_banner_names_plait_and_the_build(plait: Command) -> None:
    import plait as package

    facts = package.build_info()
    greeting = plait("repl").stderr.splitlines()
    assert greeting[0].startswith(
        f"plait {facts['version']} ({facts['mode']}, {facts['poller']}) on Python {sys.version.split()[0]}"
    )
    assert ">>> import asyncio, plait" in greeting


def test_quiet_python_shows_no_banner(python: Command) -> None:
    assert python("-q", "-m", "plait", "repl").stderr.strip() == ""


def test_statements_of_several_lines(plait: Command) -> None:
    ended = plait("repl", typed="async def f():\n    await asyncio.sleep(0)\n    return 5\n\nawait f()\n")
    assert printed(ended.stdout) == ["5"]


def test_context_variables_are_kept_between_inputs(plait: Command) -> None:
    typed = """\
import contextvars
v = contextvars.ContextVar('v', default=0)
_ = v.set(1)
v.get()
async def change(): v.set(await asyncio.sleep(0, v.get() + 1))

await change()
v.get()
"""
    assert printed(plait("repl", typed=typed).stdout) == ["1", "2"]


def test_everything_is_plaits(plait: Command) -> None:
    typed = """\
type(asyncio.get_running_loop()).__module__
type(await asyncio.sleep(0, asyncio.current_task())).__module__
type(asyncio.new_event_loop()).__module__
"""
    assert all(line.startswith("'plait.") for line in printed(plait("repl", typed=typed).stdout))


def test_background_tasks_run_between_inputs(plait: Command) -> None:
    typed = """\
done = asyncio.Event()
async def background(): done.set()

task = asyncio.create_task(background())
await done.wait()
"""
    assert printed(plait("repl", typed=typed).stdout) == ["True"]


def test_errors_show_what_was_typed_only(plait: Command) -> None:
    failing = "async def f():\n    await asyncio.sleep(0)\n    [][0]\n\n"
    typed = f"1 / 0\n{failing}await f()\nawait plait.gather(f())\nx = = 1\n1 + 1\n"
    ended = plait("repl", typed=typed)
    files = [line for line in ended.stderr.splitlines() if line.startswith("  File ")]
    assert ended.stderr.count("Traceback (most recent call last):") == 3
    assert "ZeroDivisionError: division by zero" in ended.stderr
    assert ended.stderr.count("IndexError: list index out of range") == 2
    assert "SyntaxError: invalid syntax" in ended.stderr
    assert len(files) == 6
    assert all(line.startswith('  File "<stdin>", line ') for line in files)
    assert printed(ended.stdout) == ["2"]


def test_own_excepthook_is_used(plait: Command) -> None:
    hook = "import sys\nsys.excepthook = lambda kind, value, trace: print('hook', kind, value)\n"
    assert printed(plait("repl", typed=f"{hook}raise ValueError('x')\n").stdout) == ["hook <class 'ValueError'> x"]


@pytest.mark.parametrize("statement", ["raise KeyboardInterrupt", "await interrupt()"])
def test_keyboard_interrupt_ends_the_statement_only(plait: Command, statement: str) -> None:
    ended = plait("repl", typed=f"async def interrupt(): raise KeyboardInterrupt\n\n{statement}\n'still here'\n")
    assert printed(ended.stdout) == ["'still here'"]
    assert ended.stderr.count("KeyboardInterrupt") == 1
    assert "Traceback" not in ended.stderr


def test_cancelled_error_without_ctrl_c_is_an_error(plait: Command) -> None:
    ended = plait("repl", typed="asyncio.current_task()\nraise asyncio.CancelledError('typed')\n")
    assert ended.stderr.rstrip().endswith("CancelledError: typed")


@pytest.mark.parametrize(
    ("statement", "exit_code"),
    [
        ("exit()", 0),
        ("exit(3)", 3),
        ("raise SystemExit(4)", 4),
        ("raise SystemExit", 0),
        ("raise SystemExit('why')", 1),
        ("await leave(5)", 5),
        ("task = asyncio.create_task(leave(6)); await asyncio.sleep(1000)", 6),
    ],
)
def test_system_exit_ends_with_its_code(plait: Command, statement: str, exit_code: int) -> None:
    typed = f"async def leave(code): raise SystemExit(code)\n\n{statement}\nprint('never')\n"
    ended = plait("repl", typed=typed)
    assert ended.returncode == exit_code
    assert printed(ended.stdout) == []
    assert ("why" in ended.stderr) == ("why" in statement)
    assert "Traceback" not in ended.stderr


def test_end_cancels_what_is_left(plait: Command) -> None:
    typed = """\
async def background():
    try: await asyncio.sleep(1000)
    finally: print('cancelled')

task = asyncio.create_task(background())
await asyncio.sleep(0)
"""
    ended = plait("repl", typed=typed)
    assert printed(ended.stdout) == ["cancelled"]
    assert ended.returncode == 0


def test_startup_file(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "startup.py").write_text("import asyncio\nloaded = type(asyncio.get_running_loop()).__module__\n")
    ended = plait("repl", typed="loaded\n", PYTHONSTARTUP=str(tmp_path / "startup.py"))
    assert printed(ended.stdout)[0].startswith("'plait.")


@pytest.mark.parametrize("content", [None, "1 / 0", "x = = 1"])
def test_startup_file_that_fails_is_shown(plait: Command, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "startup.py").write_text(content)
    ended = plait("repl", typed="1 + 1\n", PYTHONSTARTUP=str(tmp_path / "startup.py"))
    assert "startup.py" in ended.stderr
    assert "plait/" not in ended.stderr
    assert printed(ended.stdout) == ["2"]


def test_startup_file_is_ignored_where_the_environment_is(python: Command, tmp_path: Path) -> None:
    (tmp_path / "startup.py").write_text("print('loaded')")
    code = f"import sys; sys.path[:] = {sys.path!r}; from plait.cli.main import main; main(['repl'])"
    ended = python("-E", "-c", code, PYTHONSTARTUP=str(tmp_path / "startup.py"))
    assert (printed(ended.stdout), ended.returncode) == ([], 0)


def test_startup_file_may_exit(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "startup.py").write_text("raise SystemExit(8)")
    assert plait("repl", typed="1 + 1\n", PYTHONSTARTUP=str(tmp_path / "startup.py")).returncode == 8


def test_arguments_and_main_are_those_of_an_interactive_python(plait: Command) -> None:
    typed = "import sys\nsys.argv, sys.path[0], __name__, sys.modules['__main__'].__dict__ is globals()\n"
    assert printed(plait("repl", typed=typed).stdout) == ["([''], '', '__main__', True)"]


def test_run_works_though_the_loop_runs(plait: Command) -> None:
    typed = "plait.run(asyncio.sleep(0.001, 5))\nawait asyncio.sleep(0, 6)\nplait.run(asyncio.sleep(0.001, 7))\n"
    assert printed(plait("repl", typed=typed).stdout) == ["5", "6", "7"]
