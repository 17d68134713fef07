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


def main(argv: list[str] | None = None) -> int:
    """Run the command in `argv` (default: `sys.argv[1:]`) and return its exit code.

    SystemExit and uncaught errors of a program started by `plait run` pass through, for Python to handle as always.
    """
    options = parse(sys.argv[1:] if argv is None else argv)
    try:
        return int(options.start(options))
    except BadInput as error:
        print(f"plait {options.command}: {error}", file=sys.stderr)
        return error.exit_code


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Argparse sees what is plait's own; what follows the program of `plait run`, or `kernel start`, belongs to that."""
    parser = make_parser()
    reject_loop_option(parser, argv)
    reject_unknown_command(parser, argv)
    end = own_length(argv)
    return parser.parse_args(argv[:end], argparse.Namespace(arguments=argv[end:]))


def own_length(argv: Sequence[str]) -> int:
    """How many arguments are plait's: up to and including the program's name, or `kernel start`, or all."""
    if argv[:2] == ["kernel", "start"]:
        return 2
    if argv[:1] != ["run"]:
        return len(argv)
    for index, argument in enumerate(argv[1:], 1):
        if argument in ("-m", "-c"):
            return index + 2
        if argument == "-" or not argument.startswith("-") or argument.startswith(("-m", "-c")):
            return index + 1
    return len(argv)


def reject_loop_option(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    """The option that other runners have, before argparse takes its value for a command or a program."""
    first = argv[1:2] if argv[:1] == ["run"] else argv[:1]
    if first and first[0].partition("=")[0] == "--loop":
        parser.error("there is no option --loop, as the loop of `plait run` is always plait's; type: plait run app.py")


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


def add_kernel(commands: Any) -> None:
    parser = commands.add_parser(
        "kernel",
        help="install or uninstall a Jupyter kernel that runs on plait",
        description="A Jupyter kernel whose loop is plait's, for notebooks. It needs ipykernel.",
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="action", required=True)
    install = actions.add_parser("install", help="have Jupyter offer it", description="Have Jupyter offer the kernel.")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user, in every Jupyter (the default)")
    place.add_argument("--sys-prefix", action="store_true", help="in this environment of Python only")
    place.add_argument("--prefix", metavar="folder", help="in <folder>/share/jupyter/kernels")
    install.add_argument("--display-name", metavar="text", help="what Jupyter shows (default: Python 3 (plait))")
    uninstall = actions.add_parser("uninstall", help="remove it", description="Remove an installed kernel.")
    for action in (install, uninstall):
        action.add_argument("--name", default="plait", help="of the kernel, for Jupyter (default: plait)")
    actions.add_parser("start", help="be the kernel: Jupyter types this", add_help=False)
    parser.set_defaults(start=start_kernel)


def start_kernel(options: argparse.Namespace) -> int:
    from plait.cli import kernel

    actions = {"install": kernel.install, "uninstall": kernel.uninstall, "start": kernel.start}
    return actions[options.action](options)


COMMANDS = {"run": add_run, "repl": add_repl, "info": add_info, "kernel": add_kernel}
