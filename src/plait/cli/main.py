"""The command line of `plait`: finds the command that was typed and starts it.

What a command needs is imported when it starts, so that `plait --help` and tab completion cost nothing.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from plait.cli.bad_input import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

BAD_INPUT_EXIT_CODE = 2
"""What argparse, and `python` for a file that does not exist, end with."""


def main(argv: list[str] | None = None) -> int:
    """Run the command in `argv` (default: `sys.argv[1:]`) and return its exit code.

    SystemExit and uncaught errors of a program started by `plait run` pass through, for Python to handle as always.
    """
    options = parse(sys.argv[1:] if argv is None else argv)
    try:
        return int(options.start(options))
    except BadInput as error:
        print(f"plait {options.command}: {error}", file=sys.stderr)
        return BAD_INPUT_EXIT_CODE


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Argparse sees what is plait's own; what follows the program of `plait run` belongs to that program."""
    parser = make_parser()
    reject_unknown_command(parser, argv)
    end = 1 + own_length(argv[1:]) if argv[:1] == ["run"] else len(argv)
    return parser.parse_args(argv[:end], argparse.Namespace(arguments=argv[end:]))


def own_length(run_argv: Sequence[str]) -> int:
    """How many arguments of `plait run` reach up to and including the program's name."""
    for index, argument in enumerate(run_argv):
        if argument in ("-m", "-c"):
            return index + 2
        if argument == "-" or not argument.startswith("-") or argument.startswith(("-m", "-c")):
            return index + 1
    return len(run_argv)


def reject_unknown_command(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    if argv and argv[0] not in COMMANDS and not argv[0].startswith("-"):
        known = ", ".join(COMMANDS)
        parser.error(f"no command {argv[0]!r}, only {known}; to run a program, type: plait run {argv[0]}")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plait", description="A coroutine runtime: runs asyncio programs on plait.")
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="command", required=True)
    for add_command in COMMANDS.values():
        add_command(commands)
    return parser


class ShowVersion(argparse.Action):
    """Imports plait for its version only when somebody asks."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        import plait

        print(f"plait {plait.__version__}")
        parser.exit()


def add_run(commands: Any) -> None:
    parser = commands.add_parser(
        "run",
        help="run a program on plait",
        description="Run a program as `python` does, with plait's event loop wherever the program makes one.",
        usage="plait run [-h] (app.py | -m pkg.mod | pkg.mod:main | -c code | -) [args ...]",
        epilog="All that follows the program is handed to it in sys.argv. Tracebacks leave plait's own frames out; "
        "`python -X dev -m plait run ...` shows them.",
    )
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument(
        "program",
        nargs="?",
        help="a file, a folder or zip file with a __main__.py, `-` for standard input, or pkg.mod:main, a function "
        "without arguments: an `async def` is run by plait.run, and an int that it returns is the exit code",
    )
    program.add_argument("-m", dest="module", metavar="pkg.mod", help="run a module, or a package's __main__")
    program.add_argument("-c", dest="code", metavar="code", help="run this text")
    parser.set_defaults(start=start_run)


def start_run(options: argparse.Namespace) -> int:
    from plait.cli.run import run

    return run(options)


def add_repl(commands: Any) -> None:
    parser = commands.add_parser(
        "repl",
        help="type Python line by line, with `await` at top level",
        description="Type Python line by line, with `await` at top level; Ctrl+C interrupts, Ctrl+D ends.",
    )
    parser.set_defaults(start=start_repl)


def start_repl(options: argparse.Namespace) -> int:
    from plait.cli.repl import repl

    return repl()


def add_info(commands: Any) -> None:
    parser = commands.add_parser(
        "info",
        help="show version, build, poller, Python and platform",
        description="Show the facts that a bug report needs: version, build, poller, Python and platform.",
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.set_defaults(start=start_info)


def start_info(options: argparse.Namespace) -> int:
    from plait.cli.info import info

    return info(as_json=options.json)


COMMANDS = {"run": add_run, "repl": add_repl, "info": add_info}
