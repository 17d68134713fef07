"""Programs that are a file, a folder, standard input or a text."""

from __future__ import annotations

import importlib.util
import io
import linecache
import os
import pkgutil
import sys
import textwrap
from importlib.machinery import BuiltinImporter, SourceFileLoader, SourcelessFileLoader
from typing import TYPE_CHECKING, Any, cast

from plait.cli import main_module
from plait.cli.bad_input import BadInput, NotRunnable
from plait.cli.module_program import run_spec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType


def run_path(path: str, arguments: Sequence[str]) -> int:
    """Run a file, or the `__main__.py` of a folder or zip file."""
    if not os.path.exists(path):
        raise BadInput(no_such_file(path))
    absolute = os.path.join(os.getcwd(), path)  # not normalised, as `python` shows it
    importer = pkgutil.get_importer(absolute)
    if importer is not None:
        return run_folder(path, absolute, importer, arguments)
    return run_file(path, absolute, arguments)


def no_such_file(path: str) -> str:
    message = f"there is no file {path!r} in {os.getcwd()}; check the path"
    file, _, function = path.rpartition(":")
    module = os.path.normpath(file.removesuffix(".py")).replace(os.sep, ".")
    if file.endswith(".py") and is_dotted_name(module):
        return f"{message}, or name a module and its function: plait run {module}:{function}"
    if not path.endswith(".py") and is_dotted_name(path):
        return f"{message}, or type -m before the name of a module: plait run -m {path}"
    return message


def is_dotted_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def run_folder(path: str, absolute: str, importer: Any, arguments: Sequence[str]) -> int:
    spec = importer.find_spec("__main__")
    if spec is None:
        raise NotRunnable(f"{path!r} has no __main__.py; name a file in it, or add one")
    main_module.set_command_line(path, arguments)
    if sys.flags.safe_path:
        sys.path.insert(0, absolute)
    main_module.set_first_path(absolute)
    return run_spec(spec)


def run_file(path: str, absolute: str, arguments: Sequence[str]) -> int:
    loader, code = load(path, absolute)
    main_module.set_command_line(path, arguments)
    main_module.set_first_path(os.path.dirname(os.path.realpath(path)))
    exec(code, main_module.make_main_module(**main_module.script_attributes(absolute, loader)))
    return 0


def load(path: str, absolute: str) -> tuple[Any, CodeType]:
    """The loader that `__main__` shows, and the code: of a source file, or of one compiled to bytecode."""
    data = read(path, absolute)
    if not path.endswith(".pyc"):
        loader = SourceFileLoader("__main__", absolute)
        return loader, loader.source_to_code(data, absolute)
    bytecode_loader = SourcelessFileLoader("__main__", absolute)
    try:
        return bytecode_loader, cast("CodeType", bytecode_loader.get_code("__main__"))
    except (ImportError, EOFError) as error:
        raise NotRunnable(f"{path!r} is not bytecode of this Python ({error}); run its source file") from error


def read(path: str, absolute: str) -> bytes:
    try:
        with io.open_code(absolute) as file:
            return file.read()
    except OSError as error:
        raise BadInput(f"cannot read {path!r} ({error.strerror}); check its permissions") from error


def run_standard_input(arguments: Sequence[str]) -> int:
    """Run what comes on standard input, up to its end."""
    if sys.stdin is None:
        raise BadInput("standard input is closed, and `-` reads the program from it; name a file")
    main_module.set_command_line("-", arguments)
    code = compile_text(sys.stdin.buffer.read(), "<stdin>")
    exec(code, main_module.make_main_module(**main_module.script_attributes("<stdin>", BuiltinImporter)))
    return 0


def run_text(text: str, arguments: Sequence[str]) -> int:
    """Run the argument of `-c`."""
    main_module.set_command_line("-c", arguments)
    code = compile_text(textwrap.dedent(text), "<string>")
    exec(code, main_module.make_main_module(__loader__=BuiltinImporter))
    return 0


def compile_text(source: str | bytes, name: str) -> CodeType:
    """Compile a program that has no folder, and let tracebacks show its lines."""
    main_module.set_first_path("")
    code = compile(source, name, "exec", dont_inherit=True)
    text = source if isinstance(source, str) else importlib.util.decode_source(source)
    linecache.cache[name] = (len(source), None, text.splitlines(keepends=True), name)
    return code
