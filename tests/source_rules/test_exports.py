"""What is public: each name has one home, and is what type checkers take it for."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from importlib import import_module, metadata

import plait

from . import sources

PUBLIC_MODULES = [name for name in ("plait", "plait.bridge", "plait.observe", "plait.testing") if name in sources.NAMES]


def imports_for_type_checkers() -> list[tuple[str, str, str]]:
    """(module, its name there, its name in plait), from the `if TYPE_CHECKING:` of `plait/__init__.py`."""
    blocks = [node for node in sources.tree(sources.NAMES["plait"]).body if isinstance(node, ast.If)]
    lines = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return [(line.module or "", alias.name, alias.asname or alias.name) for line in lines for alias in line.names]


def test_public_name_is_exported_once() -> None:
    exported = Counter(name for module in PUBLIC_MODULES for name in import_module(module).__all__)
    exported.subtract(set(exported))
    assert +exported == Counter()


def test_public_name_is_imported_from_one_module() -> None:
    seen = Counter(name for _, _, name in imports_for_type_checkers())
    assert [name for name, count in seen.items() if count > 1] == []


def test_every_public_name_is_there() -> None:
    for module in PUBLIC_MODULES:
        for name in import_module(module).__all__:
            getattr(import_module(module), name)


def test_public_name_is_what_type_checkers_take_it_for() -> None:
    wrong = [
        name
        for module, original, name in imports_for_type_checkers()
        if getattr(plait, name) is not getattr(import_module(module), original)
    ]
    assert wrong == []


def test_type_checkers_know_every_name_that_is_plaits_own() -> None:
    known = {name for _, _, name in imports_for_type_checkers()}
    own = {name for name in plait.__all__ if getattr(plait, name) is not getattr(asyncio, name, None)}
    assert own - known == set()


def test_version_is_that_of_the_package() -> None:
    assert plait.__version__ == metadata.version("plait")
