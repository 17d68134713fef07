"""A `.pxd` adds C types to the `.py` beside it, and changes nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from . import declarations, sources

each_declared = pytest.mark.parametrize("path", sources.DECLARED, ids=sources.place)
each_module = pytest.mark.parametrize("path", sources.MODULES, ids=sources.place)


def declared_functions(path: Path) -> list[tuple[str, sources.Function | None]]:
    """Every function and method that a `.pxd` names, with its definition in the `.py`."""
    declared, module = declarations.read(path), path.with_suffix(".py")
    defined = sources.functions(sources.tree(module))
    found = [(name, defined.get(name)) for name in declared.functions]
    for name, declared_class in declared.classes.items():
        definition = sources.classes(module).get(name)
        methods = {} if definition is None else sources.functions(definition)
        found += [(f"{name}.{method}", methods.get(method)) for method in declared_class.methods]
    return found


@each_declared
def test_declaration_has_a_module_beside_it(path: Path) -> None:
    assert path.with_suffix(".py").is_file()


@each_declared
def test_every_declared_class_is_defined_with_the_same_base(path: Path) -> None:
    defined = sources.classes(path.with_suffix(".py"))
    for name, declared in declarations.read(path).classes.items():
        assert name in defined
        bases = [ast.unparse(base) for base in defined[name].bases]
        assert bases == ([] if declared.base is None else [declared.base]), name


@each_declared
def test_every_declared_function_and_method_is_defined(path: Path) -> None:
    assert [name for name, definition in declared_functions(path) if definition is None] == []


@each_declared
def test_every_declared_variable_is_set_and_private(path: Path) -> None:
    """A typed variable of a module cannot be seen from Python, so nobody may count on finding it there."""
    declared, module = declarations.read(path).variables, path.with_suffix(".py")
    own = [name for name in declared if name not in sources.imported_names(module)]
    assert [name for name in own if name not in sources.assigned(sources.tree(module))] == []
    assert [name for name in own if not name.startswith("_")] == []


@each_declared
def test_fields_are_the_slots(path: Path) -> None:
    """A field that is in one of the two only works in one of the two modes only."""
    defined = sources.classes(path.with_suffix(".py"))
    for name, declared in declarations.read(path).classes.items():
        slots = sources.slots(defined[name])
        assert slots is not None, f"{name} has no __slots__: write `__slots__ = ()`"
        # A dictionary of attributes by the means of native/attributes is this field when compiled.
        dictionary = ["__dict__"] if "_attributes" in declared.fields else []
        assert sorted(slots) == sorted([*declared.fields, *dictionary]), name


@each_declared
def test_nothing_declared_is_async_or_a_generator(path: Path) -> None:
    """`cpdef` on an `async def` would return the value instead of a coroutine, without a word."""
    functions = declared_functions(path)
    assert [name for name, function in functions if function and sources.makes_generator(function)] == []


@each_declared
def test_nothing_declared_takes_any_number_of_arguments(path: Path) -> None:
    functions = [(name, function.args) for name, function in declared_functions(path) if function]
    assert [name for name, arguments in functions if arguments.vararg or arguments.kwarg] == []


@each_module
def test_no_module_imports_cython(path: Path) -> None:
    assert "cython" not in {name.split(".")[0] for name in sources.imports(path)}
