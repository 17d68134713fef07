"""What `plait` alone answers, and how it reads its own arguments."""

from pathlib import Path

import pytest

from .conftest import Command

HEAVY = ("plait.cli.run", "plait.cli.repl", "plait.cli.info", "code", "json", "runpy")


def test_help_names_every_command(plait: Command) -> None:
    ended = plait("--help")
    assert ended.returncode == 0
    assert all(f"\n    {command} " in ended.stdout for command in ("run", "repl", "info"))


@pytest.mark.parametrize("command", ["run", "repl", "info"])
def test_every_command_has_help(plait: Command, command: str) -> None:
    ended = plait(command, "--help")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"usage: plait {command} ")


def test_version(plait: Command) -> None:
    import plait as package

    assert plait("--version").stdout == f"plait {package.__version__}\n"


def test_no_command_shows_usage(plait: Command) -> None:
    ended = plait()
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: plait ")


def test_unknown_command_names_how_to_run_a_program(plait: Command) -> None:
    ended = plait("app.py")
    assert ended.returncode == 2
    assert "no command 'app.py'" in ended.stderr
    assert ended.stderr.endswith("plait run app.py\n")


def test_unknown_option_shows_usage(plait: Command) -> None:
    ended = plait("run", "--fast", "app.py")
    assert ended.returncode == 2
    assert "--fast" in ended.stderr


@pytest.mark.parametrize(
    "arguments", [("run", "--loop", "x", "app.py"), ("run", "--loop=x", "app.py"), ("--loop", "x")]
)
def test_the_loop_cannot_be_chosen(plait: Command, arguments: tuple[str, ...]) -> None:
    ended = plait(*arguments)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith(
        "plait: error: there is no option --loop, as the loop of `plait run` is"
    )


@pytest.mark.parametrize("arguments", [("run",), ("run", "-m"), ("run", "-c")])
def test_run_without_a_program_shows_usage(plait: Command, arguments: tuple[str, ...]) -> None:
    ended = plait(*arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: plait run ")


@pytest.mark.parametrize("option", ["-m", "-c"])
def test_option_and_its_value_may_be_written_together(plait: Command, tmp_path: Path, option: str) -> None:
    (tmp_path / "print.py").write_text("import sys; print(sys.argv[1:])")
    value = "print" if option == "-m" else "import sys; print(sys.argv[1:])"
    assert plait("run", option + value, "-m", "--help").stdout == "['-m', '--help']\n"


def test_two_dashes_may_come_before_the_program(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import sys; print(sys.argv)")
    assert plait("run", "--", "app.py", "--help").stdout == "['app.py', '--help']\n"


def test_main_is_callable_from_python(python: Command) -> None:
    ended = python("-c", "from plait.cli.main import main; print(main(['info']), main(['run', 'nowhere.py']))")
    assert ended.returncode == 0
    assert ended.stdout.endswith("\n0 2\n")


def test_entry_point_imports_no_command(python: Command) -> None:
    ended = python(
        "-c", "import sys, asyncio; before = set(sys.modules); import plait.cli.main; print(*set(sys.modules) - before)"
    )
    assert ended.returncode == 0
    assert not set(ended.stdout.split()) & set(HEAVY)


def test_console_script_is_declared() -> None:
    from importlib import metadata

    try:
        points = metadata.distribution("plait").entry_points
    except metadata.PackageNotFoundError:
        pytest.skip("plait is not installed, it runs from its sources")
    assert [script.value for script in points.select(group="console_scripts")] == ["plait.cli.main:main"]
