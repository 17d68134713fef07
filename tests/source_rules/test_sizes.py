"""Small files and small functions: what does not fit is more than one thing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from . import sources

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60

FILES = sorted([*sources.MODULES, *sources.PACKAGE.rglob("*.pxd")])


@pytest.mark.parametrize("path", FILES, ids=sources.place)
def test_file_is_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES_OF_A_FILE


@pytest.mark.parametrize("path", sources.MODULES, ids=sources.place)
def test_functions_are_small(path: Path) -> None:
    functions = (node for node in ast.walk(sources.tree(path)) if isinstance(node, sources.Function))
    sizes = {function.name: (function.end_lineno or 0) - function.lineno + 1 for function in functions}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize("path", sources.MODULES, ids=sources.place)
def test_first_line_says_the_one_job(path: Path) -> None:
    text = ast.get_docstring(sources.tree(path)) or ""
    assert len(text.splitlines()[:1]) == 1, "no docstring"
    assert text.splitlines()[0].endswith(".")


def test_setup_is_small() -> None:
    assert len((sources.ROOT / "setup.py").read_text(encoding="utf-8").splitlines()) <= 60
