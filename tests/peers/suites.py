"""The libraries whose suites are run, and what each suite needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    """One library's tests: `files` of its sdist are unpacked, and pytest is called there with `arguments`."""

    name: str
    files: tuple[str, ...]
    arguments: tuple[str, ...]
    needs: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()

    @property
    def requirements(self) -> list[str]:
        """What to install: the library too, so that its compiled parts come as a wheel."""
        return ["pytest>=9.0", "pytest-timeout>=2.4", "pytest-xdist>=3.6", *self.needs]

    @property
    def all_plugins(self) -> list[str]:
        """By the names of their entry points; those that the suite's own configuration loads need not be here."""
        return ["timeout", "xdist", *self.plugins]


ANYIO = Suite(
    "anyio",
    files=("tests", "pyproject.toml"),
    arguments=("tests", "-k", "not uvloop and not trio"),
    needs=("blockbuster", "hypothesis", "psutil", "pytest-mock", "trustme", "truststore"),
)
AIOHTTP = Suite(
    "aiohttp",
    files=("tests", "pytest.ini", "README.rst"),  # one test looks for it
    arguments=(
        *("tests", "--ignore=tests/autobahn", "--ignore-glob=*test_benchmarks_*", "-k", "not uvloop"),
        *("-o", "addopts=", "-m", "not dev_mode and not autobahn and not internal"),
    ),
    needs=(
        *("aiodns", "backports.zstd; python_version < '3.14'", "blockbuster", "Brotli", "freezegun", "gunicorn"),
        *("pkgconfig", "proxy.py>=2.4.4rc5", "pytest-cov", "pytest-mock", "trustme", "zlib_ng"),
    ),
    plugins=("pytest_mock",),
)
WEBSOCKETS = Suite("websockets", files=("tests",), arguments=("tests",), needs=("werkzeug",))
TORNADO = Suite(
    "tornado",
    files=("tornado", "pyproject.toml"),
    arguments=(
        *("tornado/test", "-c", "pyproject.toml", "--rootdir", ".", "-p", "no:logging"),
        *("-o", "python_files=*_test.py", "-o", "python_classes=-", "-o", "python_functions=-"),
    ),
    plugins=("tornado_settings",),
)
SUITES = {suite.name: suite for suite in (ANYIO, AIOHTTP, WEBSOCKETS, TORNADO)}
