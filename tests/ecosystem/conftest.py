"""Runs each `async def` test in the way that `--way` names, and what no job may leave behind or report.

A session goes one way, since `plait.install()` is for a whole process: `scripts/ecosystem` starts three.
"""

import asyncio
import inspect
import platform
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest

from .library_servers import ServerProgram
from .servers import PostgreSQL, Redis
from .ways import WAYS, Way

# Seconds after which a job counts as hung. On an idle machine each takes a few at most.
HANG_SECONDS = 15
LIBRARIES = (
    "aiofiles",
    "aiohttp",
    "aiosqlite",
    "anyio",
    "asyncpg",
    "distributed",
    "fastapi",
    "grpcio",
    "gunicorn",
    "hypercorn",
    "ipykernel",
    "httptools",
    "httpx",
    "pytest-asyncio",
    "redis",
    "sqlalchemy",
    "starlette",
    "textual",
    "tornado",
    "uvicorn",
    "websockets",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--way", choices=tuple(WAYS), default="loop_factory", help="how the libraries come to plait")


def pytest_configure(config: pytest.Config) -> None:
    """Warnings of the libraries about each other are not ours; what was never awaited or never closed is."""
    for line in ("default", "error::RuntimeWarning", "error::ResourceWarning"):
        config.addinivalue_line("filterwarnings", line)
    config.addinivalue_line("markers", "leaves_tasks(reason): tasks that the library itself leaves to the loop's end")
    chosen(config).prepare()


def chosen(config: pytest.Config) -> Way:
    return WAYS[config.getoption("--way")]


def pytest_report_header(config: pytest.Config) -> list[str]:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return [f"way: {chosen(config).name}, Python {platform.python_version()}", f"libraries: {versions}"]


@pytest.fixture(scope="session")
def way(request: pytest.FixtureRequest) -> Way:
    return chosen(request.config)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    reports: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=chosen(pyfuncitem.config).loop_factory) as runner:
        runner.get_loop().set_exception_handler(lambda _loop, context: reports.append(context))
        runner.run(supervised(pyfuncitem, arguments))
    assert not reports, f"reported to the loop's exception handler: {reports}"
    return True


async def supervised(item: pytest.Function, arguments: dict[str, Any]) -> None:
    """The test, on the loop it is meant for, bounded in time; tasks that it leaves are an error."""
    way, me = chosen(item.config), asyncio.current_task()
    assert way.is_right(asyncio.get_running_loop()), f"runs on {asyncio.get_running_loop()}"
    assert way.is_right(me), f"is a {me}"
    async with asyncio.timeout(HANG_SECONDS):
        await item.obj(**arguments)
    if item.get_closest_marker("leaves_tasks"):
        return
    left = {task for task in asyncio.all_tasks() if task is not me}
    if left:  # some libraries cancel without waiting
        await asyncio.wait(left, timeout=1)
    assert not [task for task in left if not task.done()]


@pytest.fixture
def server(request: pytest.FixtureRequest, way: Way) -> Iterator[ServerProgram]:
    """The server of the library that `parametrize(indirect=True)` names, as in "tornado" or "tornado tls"."""
    library, *tls = request.param.split()
    with ServerProgram(library, way, is_tls=tls == ["tls"]) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with Redis() as server:
        yield server
