"""Every function of `native/` exists twice: in Python and as inline C."""

from __future__ import annotations

import ast

import pytest

from . import declarations, sources

NAMES = sorted({path.stem for path in sources.NATIVE.glob("*.p*") if path.stem != "__init__"})
each_pair = pytest.mark.parametrize("name", NAMES)


def python_twins(name: str) -> dict[str, int | None]:
    """The public functions and how many parameters they take; None for one that is taken from a library."""
    module = sources.tree(sources.NATIVE / f"{name}.py")
    listed = sources.assigned(module).get("__all__")
    found: dict[str, int | None] = {}
    for public in [] if listed is None else ast.literal_eval(listed):
        found[public] = None
    for function, definition in sources.functions(module).items():
        if not function.startswith("_"):
            found[function] = len(definition.args.args)
    return found


@each_pair
def test_pair_is_complete(name: str) -> None:
    assert (sources.NATIVE / f"{name}.py").is_file()
    assert (sources.NATIVE / f"{name}.pxd").is_file()


@each_pair
def test_twins_have_the_same_names_and_parameters(name: str) -> None:
    in_python, in_c = python_twins(name), declarations.read(sources.NATIVE / f"{name}.pxd").functions
    assert set(in_python) == set(in_c)
    assert {function: in_c[function] for function, count in in_python.items() if count is not None} == {
        function: count for function, count in in_python.items() if count is not None
    }


@each_pair
def test_attributes_of_c_functions_come_first(name: str) -> None:
    """A compiler for C23 takes `CYTHON_UNUSED static`, and not the other way round."""
    assert "static CYTHON_UNUSED" not in (sources.NATIVE / f"{name}.pxd").read_text(encoding="utf-8")
