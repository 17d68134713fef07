"""What cannot be run is one line on stderr that names the fix, and the exit code that `python` gives, or 2."""

import os
from pathlib import Path

import pytest

from .conftest import Command

CASES = {
    "missing file": (["nowhere.py"], "there is no file 'nowhere.py' in {folder}; check the path"),
    "missing file in a folder": (["no/where.py"], "there is no file 'no/where.py' in {folder}; check the path"),
    "module without -m": (["app.sub"], "plait run -m app.sub"),
    "file and function": (["app.py:main"], "plait run app:main"),
    "file in a folder and function": (["./sub/app.py:main"], "plait run sub.app:main"),
    "folder without main": (["empty"], "'empty' has no __main__.py; name a file in it, or add one"),
    "no bytecode": (["bad.pyc"], "'bad.pyc' is not bytecode of this Python"),
    "missing module": (["-m", "nowhere"], "there is no module 'nowhere'; check its name, install it"),
    "missing package": (["-m", "nowhere.sub"], "there is no module 'nowhere'"),
    "missing submodule": (["-m", "package.nowhere"], "there is no module 'package.nowhere'"),
    "submodule of a module": (["-m", "app.sub"], "there is no module 'app.sub'"),
    "file with -m": (["-m", "app.py"], "'app.py' is a file; run it without -m: plait run app.py"),
    "relative module": (["-m", ".app"], "'.app' is not the full name of a module"),
    "empty module": (["-m", ""], "'' is not the full name of a module"),
    "package without main": (["-m", "package"], "'package' is a package without a __main__; name one of its modules"),
    "folder as package": (["-m", "empty"], "'empty' is a package without a __main__"),
    "compiled module": (["-m", "_testcapi_or_builtin"], "there is no module '_testcapi_or_builtin'"),
    "module without code": (["-m", "sys"], "'sys' has no Python code to run"),
    "function of a missing module": (["nowhere:main"], "there is no module 'nowhere'"),
    "function without a module": ([":main"], "':main' does not begin with the full name of a module"),
    "function of a relative module": ([".app:main"], "'.app:main' does not begin with the full name of a module"),
    "missing function": (["app:main"], "module 'app' has no 'main'; define it there, or name a function that it has"),
    "missing method": (["app:Thing.main"], "module 'app' has no 'Thing.main'"),
    "not callable": (["app:number"], "'app:number' is of type int and cannot be called; name a function"),
    "function that needs arguments": (["app:needy"], "'app:needy' cannot be called without arguments"),
    "empty name": ([""], "there is no file '' in {folder}; check the path"),
}


ONE_IN_PYTHON = {"folder without main", "no bytecode"} | {case for case in CASES if CASES[case][0][0] == "-m"}


@pytest.mark.parametrize("case", CASES)
def test_one_line_names_the_fix(plait: Command, tmp_path: Path, case: str) -> None:
    (tmp_path / "app.py").write_text("number = 5\nclass Thing: pass\nasync def needy(a, *, b): pass\n")
    (tmp_path / "bad.pyc").write_bytes(b"no bytecode at all")
    (tmp_path / "empty").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    arguments, message = CASES[case]
    ended = plait("run", *arguments, "more", "arguments")
    assert ended.returncode == (1 if case in ONE_IN_PYTHON else 2)
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("plait run: ")
    assert message.format(folder=tmp_path) in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    "program", [["-m", "nowhere"], ["-m", "package"], ["-m", "sys"], ["nowhere.py"], ["empty"], ["bad.pyc"]]
)
def test_exit_code_is_that_of_python(plait: Command, python: Command, tmp_path: Path, program: list[str]) -> None:
    (tmp_path / "bad.pyc").write_bytes(b"no bytecode at all")
    (tmp_path / "empty").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    assert plait("run", *program).returncode == python(*program).returncode


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_that_cannot_be_read(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('never')")
    (tmp_path / "app.py").chmod(0)
    ended = plait("run", "app.py")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "plait run: cannot read 'app.py' (Permission denied); check its permissions\n"


def test_closed_standard_input(python: Command) -> None:
    code = "import os, sys; os.close(0); os.execv(sys.executable, [sys.executable, '-m', 'plait', 'run', '-'])"
    ended = python("-c", code)
    assert ended.returncode == 2
    assert ended.stderr.startswith("plait run: standard input is closed")
