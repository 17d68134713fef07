"""`plait run`: starts a program as `python` does, with plait installed in asyncio's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plait
from plait.cli import source_programs, user_errors
from plait.cli.bad_input import BadInput
from plait.cli.function_program import is_function_name, run_function
from plait.cli.module_program import run_module

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> int:
    """Run the program that the command line names and return its exit code."""
    plait.install()  # for good: the program's threads and exit functions come after its last line
    try:
        return start(options)
    except (BadInput, SystemExit):
        raise
    except BaseException as error:
        user_errors.show_as_python_does(error)
        raise


def start(options: Namespace) -> int:
    if options.module is not None:
        return run_module(options.module, options.arguments)
    if options.code is not None:
        return source_programs.run_text(options.code, options.arguments)
    if options.program == "-":
        return source_programs.run_standard_input(options.arguments)
    if is_function_name(options.program):
        return run_function(options.program, options.arguments)
    return source_programs.run_path(options.program, options.arguments)
