"""Results of Celery, with a real worker that gets its tasks and keeps its results in files."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plait import bridge

celery = pytest.importorskip("celery")

APPLICATION = """
    import os, time
    from celery import Celery

    folder = os.environ["CELERY_TEST_FOLDER"]
    app = Celery(
        "far_tasks",
        broker="filesystem://",
        backend="file://" + folder + "/results",
        broker_transport_options={
            "data_folder_in": folder + "/queue", "data_folder_out": folder + "/queue",
            "control_folder": folder + "/control",
        },
    )

    @app.task
    def add(x, y):
        return x + y

    @app.task
    def fail(text):
        raise ValueError(text)

    @app.task
    def nap(seconds):
        time.sleep(seconds)
"""


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("celery")
    for name in ("queue", "control", "results"):
        (folder / name).mkdir()
    (folder / "far_tasks.py").write_text(textwrap.dedent(APPLICATION))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CELERY_TEST_FOLDER", str(folder))
        patch.syspath_prepend(folder)
        import far_tasks  # type: ignore[import-not-found,unused-ignore]

        command = [sys.executable, "-m", "celery", "-A", "far_tasks", "worker", "--pool", "solo", "-l", "WARNING"]
        worker = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        try:
            far_tasks.add.delay(0, 0).get(timeout=60)
            yield far_tasks
        finally:
            worker.kill()
            worker.wait()
            sys.modules.pop("far_tasks")


async def test_result_and_error(tasks: Any) -> None:
    assert await bridge.wrap(tasks.add.delay(2, 3)) == 5
    with pytest.raises(ValueError, match="from afar"):
        await bridge.wrap(tasks.fail.delay("from afar"))


async def test_several_at_once(tasks: Any) -> None:
    assert await asyncio.gather(*(bridge.wrap(tasks.add.delay(n, n)) for n in range(5))) == [0, 2, 4, 6, 8]


async def test_eager_result(tasks: Any) -> None:
    assert await bridge.wrap(tasks.add.apply((1, 1))) == 2


async def test_cancelling_revokes(tasks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    revoked: list[Any] = []
    result = tasks.nap.delay(0.5)
    monkeypatch.setattr(type(result), "revoke", lambda self: revoked.append(self.id))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bridge.wrap(result), 0.1)
    while not revoked:
        await asyncio.sleep(0.01)
    assert revoked == [result.id]
