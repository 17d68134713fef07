"""Imports and cimports go downwards only, and every module can be the first one that is imported."""

from __future__ import annotations

import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import declarations, sources

FILES = sorted([*sources.MODULES, *sources.PACKAGE.rglob("*.pxd")])
# They may `import plait`, as its users do: a layer, or a module (which puts the whole in asyncio's place).
USERS_OF_THE_WHOLE = {"__main__", "build", "cli", "plait.api.replacements"}
IMPORTABLE = [name for name in sources.NAMES if name != "plait.__main__"]
IMPORT_SECONDS = 60  # for one import in a fresh process, on a very busy machine


def dependencies(path: Path, *, at_import_time: bool = False) -> Iterator[str]:
    """The modules of plait that a `.py` imports, or a `.pxd` cimports."""
    if path.suffix == ".pxd":
        found = (sources.resolve(module, name) for module, name in declarations.read(path).cimports)
    else:
        found = sources.imports(path, at_import_time=at_import_time)
    return (name for name in found if name.split(".")[0] == "plait")


@pytest.mark.parametrize("path", FILES, ids=sources.place)
def test_imports_go_downwards(path: Path) -> None:
    own = sources.layer(sources.module_name(path))
    if own == "":
        return  # `plait` itself: the table of contents
    for imported in dependencies(path):
        other = sources.layer(imported)
        if other == "":
            assert {own, sources.module_name(path)} & USERS_OF_THE_WHOLE, f"{imported} as a whole"
        else:
            assert other == own or sources.layers()[other] < sources.layers()[own], imported


def test_every_folder_is_a_layer() -> None:
    folders = {sources.layer(name) for name in sources.NAMES} - {""}
    assert folders <= set(sources.layers())


def test_architecture_shows_every_folder_in_its_order() -> None:
    picture = (sources.ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    shown = [line.split()[0] for line in picture.splitlines() if line[:1].isalpha()]
    beside = {"testing"}  # in the line of another
    folders = {sources.layer(name) for name in sources.NAMES if (sources.PACKAGE / sources.layer(name)).is_dir()}
    assert set(shown) == folders - beside - {""}
    assert all(word in picture for word in beside)
    ranks = [sources.layers()[name] for name in shown]
    assert ranks == sorted(ranks, reverse=True)


def test_no_modules_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        name = sources.module_name(path)
        graph.setdefault(name, set()).update(set(dependencies(path, at_import_time=True)) - {name})
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


@pytest.mark.parametrize("name", IMPORTABLE)
def test_module_can_be_imported_alone(name: str) -> None:
    program = f"import importlib; importlib.import_module({name!r})"
    command = [sys.executable, "-P", "-W", "error", "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=IMPORT_SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr
