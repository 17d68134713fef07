"""gunicorn with uvicorn's worker: forked workers serve, one is killed and replaced, a reload, a graceful end."""

import os
import signal
import subprocess
import time

import httpx

from .servers import HOST, free_port, wait_until_listening
from .ways import Way
from .web_app import BIG

WORKERS = {"asyncio": "StockWorker", "loop_factory": "PlaitWorker", "install": "DefaultWorker"}


def test_two_workers(way: Way) -> None:
    port = free_port()
    options = ["--bind", f"{HOST}:{port}", "--workers", "2", "--graceful-timeout", "5", "--log-level", "warning"]
    worker = f"tests.ecosystem.gunicorn_worker.{WORKERS[way.name]}"
    command = [*way.python, "-m", "gunicorn", *options, "-k", worker, "tests.ecosystem.web_app:app"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_listening(port, server)
        assert served_by(port, way, 2)
        victim = min(served_by(port, way, 2))
        os.kill(victim, signal.SIGKILL)
        wait_for_others(port, way, {victim})
        before = served_by(port, way, 2)
        server.send_signal(signal.SIGHUP)
        wait_for_others(port, way, before)
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=30)
    assert server.returncode == 0, log


def served_by(port: int, way: Way, count: int) -> set[int]:
    """The processes that answer, as soon as so many of them do."""
    found: set[int] = set()
    deadline = time.monotonic() + 20
    while len(found) < count and time.monotonic() < deadline:
        try:
            with httpx.Client(base_url=f"http://{HOST}:{port}") as client:
                kinds = client.get("/loop").json()
                assert kinds["loop"].startswith("plait.") == way.on_plait
                assert client.get("/stream").content == BIG
        except httpx.TransportError:  # of a worker that ends
            time.sleep(0.01)
        else:
            found.add(kinds["process"])
    return found


def wait_for_others(port: int, way: Way, gone: set[int]) -> None:
    deadline = time.monotonic() + 20
    while gone & (found := served_by(port, way, 2)) or len(found) < 2:
        assert time.monotonic() < deadline
