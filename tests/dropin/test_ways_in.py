"""The lines of docs/drop-in.md, one by one; those of libraries that are not here are skipped, and tests/ecosystem has them."""

import asyncio
import importlib.util
import subprocess
import sys
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import plait

OutputOf = Callable[..., str]


def on_plait() -> bool:
    return type(asyncio.get_running_loop()) is plait.EventLoop and type(asyncio.current_task()) is plait.Task


async def main() -> bool:
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))
    return on_plait()


def needs(*names: str) -> Any:
    """Skips the test unless the libraries are here; a mark, so that they are imported when it runs."""
    missing = [name for name in names if not is_there(name)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}; see tests/ecosystem")


def is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_runner() -> None:
    with asyncio.Runner(loop_factory=plait.new_event_loop) as runner:
        assert runner.run(main())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio.run has no loop_factory before Python 3.12")
def test_run() -> None:
    assert asyncio.run(main(), loop_factory=plait.new_event_loop)  # type: ignore[call-arg, unused-ignore]


@needs("anyio")
def test_anyio(output_of: OutputOf) -> None:
    text = """
    import anyio, asyncio, plait

    async def main():
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0)
        print(type(asyncio.get_running_loop()).__module__)

    anyio.run(main, backend_options={"loop_factory": plait.new_event_loop})
    """
    assert output_of(text) == "plait.api.event_loop\n"


APPLICATION = """
import asyncio, os, signal

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        print(type(asyncio.get_running_loop()).__module__, flush=True)
        await send({"type": "lifespan.startup.complete"})
        os.kill(os.getpid(), signal.SIGINT)
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
"""


@needs("uvicorn")
def test_uvicorn(run_program: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    command = ("-m", "uvicorn", "app:app", "--loop", "plait:new_event_loop", "--port", "0", "--log-level", "warning")
    ended = run_program(APPLICATION, "-W", "default", command=command)
    assert "plait.api.event_loop" in ended.stdout, ended.stderr


@needs("gunicorn", "uvicorn.workers")
def test_gunicorn(run_program: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    text = (
        "from uvicorn.workers import UvicornWorker\n"
        "class Worker(UvicornWorker):\n    CONFIG_KWARGS = {'loop': 'plait:new_event_loop'}\n" + APPLICATION
    ).replace("os.getpid(), signal.SIGINT", "os.getppid(), signal.SIGTERM")
    command = ("-m", "gunicorn", "-k", "app.Worker", "-b", "127.0.0.1:0", "app:app")
    ended = run_program(text, "-W", "ignore", command=command)
    assert "plait.api.event_loop" in ended.stdout, ended.stderr


@needs("hypercorn")
def test_hypercorn(output_of: OutputOf) -> None:
    text = """
    import asyncio, hypercorn.asyncio, plait

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            print(type(asyncio.get_running_loop()).__module__)
            await send({"type": "lifespan.startup.complete"})
            stop.set()
            await receive()
            await send({"type": "lifespan.shutdown.complete"})

    stop = asyncio.Event()
    config = hypercorn.Config()
    config.bind, config.errorlog = ["127.0.0.1:0"], None
    with asyncio.Runner(loop_factory=plait.new_event_loop) as runner:
        runner.run(hypercorn.asyncio.serve(app, config, shutdown_trigger=stop.wait))
    """
    assert output_of(text, "-W", "default") == "plait.api.event_loop\n"


@needs("aiohttp")
def test_aiohttp(output_of: OutputOf) -> None:
    text = """
    import asyncio, os, plait, signal
    from aiohttp import web

    async def started(app):
        print(type(asyncio.get_running_loop()).__module__)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)

    app = web.Application()
    app.on_startup.append(started)
    web.run_app(app, loop=plait.new_event_loop(), port=0, host="127.0.0.1", print=None)
    """
    assert output_of(text, "-W", "default") == "plait.api.event_loop\n"


TEST = "import asyncio, pytest, plait\n{mark}\nasync def test(): assert type(asyncio.get_running_loop()) is plait.EventLoop\n"


@needs("pytest_asyncio")
def test_pytest_asyncio(output_of: OutputOf, tmp_path: Path) -> None:
    hook = "import plait\ndef pytest_asyncio_loop_factories(config, item): return {'plait': plait.new_event_loop}\n"
    (tmp_path / "conftest.py").write_text(hook)
    assert "1 passed" in pytest_output(output_of, TEST.format(mark="@pytest.mark.asyncio"))


@needs("anyio")
def test_anyios_pytest_plugin(output_of: OutputOf) -> None:
    fixture = "@pytest.fixture\ndef anyio_backend(): return ('asyncio', {'loop_factory': plait.new_event_loop})\n"
    text = TEST.format(mark=f"{fixture}@pytest.mark.anyio")
    assert "1 passed" in pytest_output(output_of, text)


def pytest_output(output_of: OutputOf, text: str) -> str:
    return output_of(text, "-W", "ignore", command=("-m", "pytest", "-q", "-p", "no:cacheprovider", "app.py"))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="unittest has loop_factory since Python 3.13")
def test_unittest() -> None:
    class Case(unittest.IsolatedAsyncioTestCase):
        loop_factory = staticmethod(plait.new_event_loop)

        async def test(self) -> None:
            assert on_plait()

    result = unittest.TestResult()
    Case("test").run(result)
    assert result.wasSuccessful(), result.errors


PROGRAM = """
import asyncio
INSTALL

async def main():
    print({type(x).__module__.split(".")[0] for x in (asyncio.get_running_loop(), asyncio.current_task(), asyncio.Queue())})

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("arguments", [("app.py",), ("-m", "app"), ("app:main",)])
def test_plait_run(output_of: OutputOf, arguments: tuple[str, ...]) -> None:
    assert output_of(PROGRAM.replace("INSTALL", ""), command=("-m", "plait", "run", *arguments)) == "{'plait'}\n"


@pytest.mark.parametrize("line", ["import plait; plait.install()", "import plait as asyncio"])
def test_all_of_it(output_of: OutputOf, line: str) -> None:
    assert output_of(PROGRAM.replace("INSTALL", line)) == "{'plait'}\n"


def test_unknown_option_of_plait_run_is_told(run_program: Callable[..., "subprocess.CompletedProcess[str]"]) -> None:
    ended = run_program("", command=("-m", "plait", "run", "--loop", "nonesuch", "app.py"))
    assert ended.returncode == 2
    assert "--loop" in ended.stderr
