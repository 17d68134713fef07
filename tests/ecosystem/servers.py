"""Servers, each on a free port and in a temporary folder, to be killed and started again in the middle."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

START_SECONDS = 30.0
POLL_SECONDS = 0.02
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(port: int, process: subprocess.Popen[Any]) -> None:
    """Until the program, which was just started, takes connections at `port`."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"nobody listens at port {port}; exit code {process.poll()}")


class Server:
    """A server of its own, which ends with the test session, however that ends."""

    user: str | None = None  # who runs it, where root may not
    sudden_end = signal.SIGKILL

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"plait-{type(self).__name__.lower()}-"))
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """What it finds in its environment, besides all that is in ours."""
        return {}

    def is_ready(self) -> bool:
        """Whether it answers; here, whether it listens."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.clean_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.clean_up()

    def prepare(self) -> None:
        """Before the first start."""

    def start(self) -> None:
        """Called by the main thread: the system would take another one's end for that of the program."""
        with (self.folder / "log").open("ab") as log:
            command, environment = self.as_user(self.command()), os.environ | self.variables()
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.command()} does not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(POLL_SECONDS)

    def as_user(self, command: Sequence[str]) -> list[str]:
        """Root gives its rights up where the server insists, and each server dies with the process that started it."""
        options = ["--pdeathsig", self.sudden_end.name]
        if self.user and os.geteuid() == 0:
            options += ["--reuid", self.user, "--regid", self.user, "--init-groups"]
        return ["setpriv", *options, *command]

    def kill(self) -> None:
        """End it without a good-bye to its clients."""
        if self.process is not None:
            self.process.send_signal(self.sudden_end)
            self.process.wait(START_SECONDS)
            self.process = None

    def clean_up(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)


class Redis(Server):
    def command(self) -> Sequence[str]:
        return ["redis-server", "--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(100) == b"+PONG\r\n"
        return False


class PostgreSQL(Server):
    user = "postgres"
    sudden_end = signal.SIGQUIT  # "immediate": after SIGKILL the old memory would keep a new one from starting

    def prepare(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self.folder.chmod(0o755)
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [program("initdb"), *options, f"--pgdata={self.folder / 'data'}"]
        subprocess.run(self.as_user(command), check=True, capture_output=True, cwd=self.folder)

    def command(self) -> Sequence[str]:
        settings = ["fsync=off", f"unix_socket_directories={self.folder}", f"listen_addresses={HOST}"]
        options = [part for setting in settings for part in ("-c", setting)]
        return [program("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options]

    def is_ready(self) -> bool:
        address = ["--quiet", f"--host={HOST}", f"--port={self.port}"]
        return subprocess.run([program("pg_isready"), *address], check=False).returncode == 0

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{HOST}:{self.port}/postgres"


def program(name: str) -> str:
    """Debian keeps those of each version in a folder of its own, not on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else name
