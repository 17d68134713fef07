"""`native` is each set of twins in turn; the one in C is compiled when the tests run."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from plait.build import build_info

from . import python_twins

SOURCE = Path(__file__).with_name("c_twins.pyx")
BUILD = """
from Cython.Build import cythonize
from setuptools import Extension, setup

modules = cythonize([Extension("c_twins", ["c_twins.pyx"])], compiler_directives={"language_level": 3}, quiet=True)
setup(name="c_twins", ext_modules=modules, script_args=["--quiet", "build_ext", "--inplace"])
"""


@pytest.fixture(params=["python", "c"])
def native(request: pytest.FixtureRequest) -> ModuleType:
    """The modules of `plait.native` by name, and the test's classes `Ending` and `Mortal` on top of them."""
    if request.param == "python":
        return python_twins
    twins: ModuleType = request.getfixturevalue("c_twins")
    return twins


@pytest.fixture(scope="session")
def c_twins(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    if build_info()["mode"] == "interpreted":
        pytest.skip("plait runs interpreted here, without the C twins")
    compiler = str(sysconfig.get_config_var("CC")).split()[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"no C compiler: {compiler}")
    folder = tmp_path_factory.mktemp("c_twins")
    shutil.copy(SOURCE, folder)
    command = [sys.executable, "-P", "-c", BUILD]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    [built] = [path for path in folder.iterdir() if path.name.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))]
    return load(built)


def load(path: Path) -> ModuleType:
    loader = importlib.machinery.ExtensionFileLoader("c_twins", str(path))
    spec = importlib.util.spec_from_loader("c_twins", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
