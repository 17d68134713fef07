"""`plait run` gives a program the same `__main__`, command line, output and exit code as `python` does."""

import py_compile
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import Command

SHOW = """\
import sys
def show(name, value):
    return name, type(value).__name__ if name in ("__loader__", "__spec__") else str(value)
print(sorted(show(name, value) for name, value in globals().items() if name.startswith("__")))
print(__spec__ and (__spec__.name, __spec__.origin), sys.argv, sys.path, sys.modules["__main__"].__dict__ is globals())
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The same program in all the places where `python` finds one."""
    for folder in ("package", "folder", "deep"):
        (tmp_path / folder).mkdir()
    for name in ("app.py", "package/__init__.py", "package/module.py", "package/__main__.py", "folder/__main__.py"):
        (tmp_path / name).write_text(SHOW)
    (tmp_path / "with-dash.py").write_text(SHOW)
    (tmp_path / "deep/link.py").symlink_to(tmp_path / "app.py")
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", SHOW)
    py_compile.compile(str(tmp_path / "app.py"), str(tmp_path / "app.pyc"))
    return tmp_path


FORMS = [
    ["app.py"],
    ["./app.py"],
    ["deep/../app.py"],
    ["deep/link.py"],
    ["app.pyc"],
    ["folder"],
    ["app.zip"],
    ["-m", "app"],
    ["-m", "with-dash"],
    ["-m", "package"],
    ["-m", "package.module"],
    ["-m", "package.__main__"],
    ["-c", SHOW],
    ["-c", "  import sys\n  print(sys.argv)" if sys.version_info >= (3, 14) else "pass"],
    ["-"],
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(form).partition("\n")[0])
def test_main_module_and_paths(python: Command, plait: Command, programs: Path, form: list[str]) -> None:
    expected = python(*form, "-m", "--help", "a b", typed=SHOW)
    ended = plait("run", *form, "-m", "--help", "a b", typed=SHOW)
    assert (ended.stdout, ended.stderr, ended.returncode) == (expected.stdout, expected.stderr, expected.returncode)


@pytest.mark.parametrize("form", [["app.py"], ["folder"], ["-c", SHOW], ["-"]], ids=["app.py", "folder", "-c", "-"])
def test_safe_path(python: Command, programs: Path, form: list[str]) -> None:
    expected = python("-P", *form, typed=SHOW)
    ended = python("-P", "-m", "plait", "run", *form, typed=SHOW)
    assert (ended.stdout, ended.stderr, ended.returncode) == (expected.stdout, expected.stderr, expected.returncode)


def test_absolute_path(python: Command, plait: Command, programs: Path) -> None:
    path = str(programs / "app.py")
    assert plait("run", path).stdout == python(path).stdout


ENDINGS = {
    "nothing": "",
    "exit": "raise SystemExit",
    "exit with a number": "raise SystemExit(3)",
    "exit with a text": "raise SystemExit('the reason')",
    "exit with None": "import sys; sys.exit(None)",
    "exit function": "import atexit, os, sys; atexit.register(os._exit, 9); sys.exit(3)",
    "error": "1 / 0",
    "error in a function": "def f():\n    return g()\ndef g():\n    return [][0]\nf()",
    "error with a cause": "try:\n    1 / 0\nexcept ArithmeticError as error:\n    raise ValueError('x') from error",
    "error in a context": "try:\n    1 / 0\nexcept ArithmeticError:\n    raise ValueError('x')",
    "error that is its own cause": "a, b = KeyError('a'), KeyError('b')\na.__cause__, b.__cause__ = b, a\nraise a",
    "error with a note": "error = ValueError('x')\nerror.add_note('a note')\nraise error",
    "group": "raise ExceptionGroup('both', [ValueError('x'), KeyError('y')])",
    "error that has no text": "class E(Exception):\n    def __str__(self):\n        1 / 0\nraise E",
    "base exception": "class E(BaseException): pass\nraise E('x')",
    "generator exit": "raise GeneratorExit",
    "interrupt": "raise KeyboardInterrupt",
    "interrupt in a function": "def f():\n    raise KeyboardInterrupt('now')\nf()",
    "syntax error": "print('never')\nx = = 1",
    "wrong indentation": "if 1:\npass",
    "syntax error in an import": "import broken",
    "error in an import": "import failing",
    "missing import": "import nowhere.at.all",
    "import_module": "import importlib\nimportlib.import_module('nowhere')",
    "exec": "exec('1 / 0')",
    "warning": "import warnings\nwarnings.warn('careful')",
    "error in a thread": "import threading\nthreading.Thread(target=lambda: 1 / 0, name='t').start()",
    "excepthook": "import sys\ndef hook(kind, value, trace):\n"
    "    print(kind, value, trace.tb_frame.f_code.co_name, trace.tb_next, trace is value.__traceback__)\n"
    "sys.excepthook = hook\n1 / 0",
    "excepthook that exits": "import sys\nsys.excepthook = lambda *_: sys.exit(5)\n1 / 0",
    "thread after the end": "import threading\nmain = threading.main_thread()\n"
    "def f():\n    main.join()\n    import __main__\n    print(__main__.main.name)\nthreading.Thread(target=f).start()",
    "exit function after an error": "import atexit\natexit.register(print, 'bye')\n1 / 0",
    "no future import of the runtime's": "def f(a: 1 + 1): pass\nprint(f.__annotations__)",
    "pickle of a class in main": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))))",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_output_and_exit_code(python: Command, plait: Command, tmp_path: Path, ending: str) -> None:
    (tmp_path / "broken.py").write_text("x = = 1")
    (tmp_path / "failing.py").write_text("import os\nos.nothing()")
    (tmp_path / "app.py").write_text(ENDINGS[ending])
    expected, ended = python("app.py"), plait("run", "app.py")
    assert ended.stderr == expected.stderr
    assert (ended.stdout, ended.returncode) == (expected.stdout, expected.returncode)


@pytest.mark.parametrize("code", ["1 / 0", "def f():\n  1 / 0\nf()", "x = = 1"])
def test_text_that_fails(python: Command, plait: Command, code: str) -> None:
    expected, ended = python("-c", code), plait("run", "-c", code)
    assert (ended.stderr, ended.returncode) == (expected.stderr, expected.returncode)


@pytest.mark.parametrize("source", ["1 / 0", "x = = 1", "import nowhere", "raise SystemExit(4)"])
def test_module_that_fails_shows_only_its_own_frames(
    python: Command, plait: Command, tmp_path: Path, source: str
) -> None:
    (tmp_path / "app.py").write_text(source)
    expected, ended = python("app.py"), plait("run", "-m", "app")
    assert (ended.stderr, ended.returncode) == (expected.stderr, expected.returncode)


def test_package_that_fails_is_the_programs_own_error(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").write_text("import nowhere")
    (tmp_path / "package/module.py").write_text("")
    for form in (["-m", "package.module"], ["-m", "package"], ["package.module:main"]):
        ended = plait("run", *form)
        assert ended.returncode == 1
        assert ended.stderr.splitlines() == [
            "Traceback (most recent call last):",
            f'  File "{tmp_path / "package/__init__.py"}", line 1, in <module>',
            "    import nowhere",
            "ModuleNotFoundError: No module named 'nowhere'",
        ]


def test_worker_processes_find_the_program(python: Command, plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import multiprocessing\ndef double(x):\n    return 2 * x\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [1, 2]))"
    )
    for form in (["app.py"], ["-m", "app"]):
        ended = plait("run", *form)
        assert (ended.stdout, ended.stderr) == ("[2, 4]\n", "")


def test_undecodable_file_is_a_syntax_error(plait: Command, tmp_path: Path) -> None:
    for source in (b"x = 1\0", b"# coding: nonsense\n", b"x = '\xff'\n"):
        (tmp_path / "app.py").write_bytes(source)
        ended = plait("run", "app.py")
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].startswith("SyntaxError: ")
        assert "Traceback" not in ended.stderr


def test_endless_recursion_is_shown_short(plait: Command, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def f():\n    f()\nf()")
    ended = plait("run", "app.py")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) < 20
    assert "RecursionError" in ended.stderr


@pytest.mark.parametrize("hook", ["sys.excepthook = lambda *_: [][0]", "sys.excepthook = None", "del sys.excepthook"])
def test_hook_that_fails_does_not_hide_the_error(plait: Command, tmp_path: Path, hook: str) -> None:
    (tmp_path / "app.py").write_text(f"import sys\n{hook}\n1 / 0")
    ended = plait("run", "app.py")
    assert ended.returncode == 1
    assert "sys.excepthook" in ended.stderr
    assert ended.stderr.endswith("ZeroDivisionError: division by zero\n")
