"""The load client counts what comes back, and accepts nothing that was not sent."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from benchmarks.net import programs

pytestmark = pytest.mark.usefixtures("c_compiler")

Answering = Callable[[socket.socket], None]


def run_load(mode: str, **options: Any) -> subprocess.CompletedProcess[str]:
    words = [f"{name}={value}" for name, value in ({"pid": os.getpid(), "patience": 1} | options).items()]
    command = [str(programs.load_client()), mode, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def answer_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def served_by_c(transport: str, where: str) -> Iterator[tuple[str, int]]:
    """The address and the process of the C server."""
    command = [str(programs.echo_server()), transport, where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline().strip()
            yield said if transport == "unix" else f"{where}:{said}", server.pid
        finally:
            server.kill()


@contextmanager
def served(answering: Answering) -> Iterator[str]:
    """The address of a server that treats its one connection in this way."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)  # for a client that cannot even start

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answering(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("transport", ["tcp", "unix", "udp"])
@pytest.mark.parametrize(("connections", "size", "depth"), [(1, 1, 1), (3, 1000, 4), (2, 60_000, 1)])
def test_the_c_server_echoes(transport: str, connections: int, size: int, depth: int, tmp_path: Path) -> None:
    with served_by_c(transport, str(tmp_path / "echo") if transport == "unix" else "127.0.0.1") as (at, pid):
        load = {"to": transport, "connections": connections, "size": size, "depth": depth}
        answer = answer_of(run_load("echo", at=at, requests=100, **load | {"pid": pid}))
    assert sum(answer["requests"]) >= 100
    assert sum(answer["cpu"]) >= 0  # some systems count in ticks
    assert 0 < answer["p50"] <= answer["p99"]


def test_messages_larger_than_the_buffers_of_the_system() -> None:
    with served_by_c("tcp", "127.0.0.1") as (at, pid):
        answer = answer_of(run_load("echo", at=at, connections=2, size=8_000_000, requests=4, pid=pid))
    assert sum(answer["requests"]) >= 4


def test_windows() -> None:
    with served_by_c("tcp", "127.0.0.1") as (at, pid):
        answer = answer_of(run_load("echo", at=at, seconds=0.04, warm_up=0.01, windows=4, pid=pid))
    assert len(answer["requests"]) == len(answer["cpu"]) == 4
    assert min(answer["requests"]) > 0


def test_idle_connections() -> None:
    with served_by_c("tcp", "127.0.0.1") as (at, pid):
        assert "bytes" in answer_of(run_load("idle", at=at, connections=150, size=10, pid=pid))


def test_a_stream_read_to_its_end() -> None:
    def send_zeroes(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(bytes(100_000))

    with served(send_zeroes) as at:
        assert answer_of(run_load("drain", at=at, size=100_000))["requests"] == [1]


def wrong(connection: socket.socket) -> None:
    connection.sendall(connection.recv(1000).swapcase())
    connection.recv(1000)


def silent(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass


def gone(connection: socket.socket) -> None:
    connection.recv(1000)


@pytest.mark.parametrize(
    ("answering", "complaint"),
    [(wrong, "not what was sent"), (silent, "no answer for 1 s"), (gone, "hung up")],
)
def test_a_server_that_does_not_echo(answering: Answering, complaint: str) -> None:
    with served(answering) as at:
        done = run_load("echo", at=at, connections=1, size=100)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_a_file_that_is_too_short() -> None:
    def send_little(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(bytes(10))

    with served(send_little) as at:
        done = run_load("drain", at=at, size=100)
    assert done.returncode == 1
    assert "10 bytes came of 100" in done.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"at": "127.0.0.1:1", "speed": 1}, "no option is named speed"),
        ({"at": "nowhere"}, "is no HOST:PORT"),
        ({"at": "127.0.0.1:1"}, "connect: Connection refused"),
        ({"at": "127.0.0.1:1", "size": 0}, "below 1"),
        ({"at": "127.0.0.1:1", "tls": 1}, "built without OpenSSL"),
    ],
)
def test_bad_options(options: dict[str, Any], complaint: str) -> None:
    done = run_load("echo", **options)
    assert done.returncode == 1
    assert complaint in done.stderr
