"""Finds plait's sources, and tells what a `.py` defines and imports."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "plait"
NATIVE = PACKAGE / "native"

MODULES = sorted(PACKAGE.rglob("*.py"))
DECLARED = sorted(path for path in PACKAGE.rglob("*.pxd") if path.parent != NATIVE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path) -> str:
    """A path as test ids and messages show it."""
    return str(path.relative_to(SOURCE))


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path): path for path in MODULES}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree(path).body if isinstance(node, ast.ClassDef)}


def functions(scope: ast.Module | ast.ClassDef) -> dict[str, Function]:
    """Those defined in the scope itself."""
    return {node.name: node for node in scope.body if isinstance(node, Function)}


def assigned(scope: ast.Module | ast.ClassDef) -> dict[str, ast.expr]:
    """The values of the names that the scope sets, once each."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(scope) if isinstance(scope, ast.Module) else scope.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                found |= {target.id: value for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                found[name] = value
    return found


def imported_names(path: Path) -> set[str]:
    """The names that imports give a module."""
    lines = (node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name for line in lines for alias in line.names}


def slots(node: ast.ClassDef) -> list[str] | None:
    """What `__slots__` of a class lists; None when it has none."""
    value = assigned(node).get("__slots__")
    if value is None:
        return None
    listed = ast.literal_eval(value)
    return [listed] if isinstance(listed, str) else list(listed)


def makes_generator(function: Function) -> bool:
    """Whether a call returns a coroutine or a generator: `async`, or a `yield` of its own."""
    if isinstance(function, ast.AsyncFunctionDef):
        return True
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of scopes inside it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef | ast.GeneratorExp):
            yield from own_nodes(node)


def imports(path: Path, *, at_import_time: bool = False) -> Iterator[str]:
    """The modules that a module imports when it runs, which leaves out what only type checkers see."""
    return (name for node in run_time_nodes(tree(path), at_import_time) for name in imported_by(node))


def run_time_nodes(node: ast.AST, at_import_time: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if at_import_time and isinstance(child, Function | ast.Lambda):
            continue
        yield child
        yield from run_time_nodes(child, at_import_time)


def imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        yield from (resolve(node.module, alias.name) for alias in node.names)


def resolve(module: str, name: str) -> str:
    """The module that `from module import name` is about: `name` may be one itself."""
    return inner if (inner := f"{module}.{name}") in NAMES else module


def layer(module: str) -> str:
    """The folder of plait that a module is in, or its own name where it is in none."""
    return module.split(".")[1] if "." in module else ""


@cache
def layers() -> dict[str, int]:
    """Each layer and its height, as import-linter's contract in pyproject.toml has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rows = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    heights = enumerate(reversed(rows))
    return {name.strip(" ()"): height for height, row in heights for name in row.split("|")}
