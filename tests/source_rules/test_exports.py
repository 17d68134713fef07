"""What is public: each name has one home, and is what type checkers take it for."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from importlib import import_module, metadata

import pytest

import plait

from . import sources

PUBLIC_MODULES = [name for name in ("plait", "plait.bridge", "plait.observe", "plait.testing") if name in sources.NAMES]


def imports_for_type_checkers(public: str = "plait") -> list[tuple[str, str, str]]:
    """(module, its name there, its name in `public`), from the `if TYPE_CHECKING:` of its `__init__.py`."""
    blocks = [node for node in sources.tree(sources.NAMES[public]).body if isinstance(node, ast.If)]
    lines = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return [(line.module or "", alias.name, alias.asname or alias.name) for line in lines for alias in line.names]


def test_public_name_is_exported_once() -> None:
    exported = Counter(name for module in PUBLIC_MODULES for name in import_module(module).__all__)
    exported.subtract(set(exported))
    assert +exported == Counter()


@pytest.mark.parametrize("public", PUBLIC_MODULES)
def test_public_name_is_imported_from_one_module(public: str) -> None:
    seen = Counter(name for _, _, name in imports_for_type_checkers(public))
    assert [name for name, count in seen.items() if count > 1] == []


def test_every_public_name_is_there() -> None:
    for module in PUBLIC_MODULES:
        for name in import_module(module).__all__:
            getattr(import_module(module), name)


@pytest.mark.parametrize("public", PUBLIC_MODULES)
def test_public_name_is_what_type_checkers_take_it_for(public: str) -> None:
    wrong = [
        name
        for module, original, name in imports_for_type_checkers(public)
        if getattr(import_module(public), name) is not getattr(import_module(module), original)
    ]
    assert wrong == []


@pytest.mark.parametrize("public", PUBLIC_MODULES)
def test_type_checkers_know_every_name_that_is_plaits_own(public: str) -> None:
    known = {name for _, _, name in imports_for_type_checkers(public)}
    names = import_module(public).__all__
    own = {name for name in names if getattr(import_module(public), name) is not getattr(asyncio, name, None)}
    assert own - known == set()


def test_no_module_takes_the_place_of_a_public_name_of_its_package() -> None:
    for public in PUBLIC_MODULES:
        package = import_module(public)
        modules = {name.removeprefix(f"{public}.") for name in sources.NAMES if name.startswith(f"{public}.")}
        assert modules & set(getattr(package, "_HOMES", ())) == set(), f"importing {public}.… would hide the name"


def test_version_is_that_of_the_package() -> None:
    assert plait.__version__ == metadata.version("plait")
