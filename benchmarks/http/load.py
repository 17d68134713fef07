"""Puts a server under load, by wrk or by a client of our own, and tells how many requests it answered in which time."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.contestants import ROOT

CLIENT_PATIENCE = 60.0
"""Seconds that a client may take longer than it was told to."""

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

FRAME = bytes([0x81, 0x80 | 64, 0, 0, 0, 0]) + b"x" * 64
"""A text message of 64 bytes, masked with zeroes (RFC 6455, section 5.2)."""


@dataclass(frozen=True)
class Answered:
    """What a client saw."""

    requests: int
    nanoseconds: float


@dataclass(frozen=True, kw_only=True)
class Load:
    """So many connections, each with one request for `path` under way; with `websocket`, one message."""

    path: str = "/"
    connections: int = 32
    websocket: bool = False

    def run(self, address: str, seconds: float, requests: int | None, core: int | None) -> Answered:
        """Blocks for some seconds (wrk: whole ones) or until there were so many requests; a `RuntimeError` if any failed."""
        if self.websocket or requests is not None:
            return self._run_own_client(address, seconds, requests, core)
        return self._run_wrk(address, max(1, round(seconds)), core)

    def _run_wrk(self, address: str, seconds: int, core: int | None) -> Answered:
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", f"http://{address}{self.path}"]
        said = run([*pin(core), *command], seconds)
        found = re.search(r"(\d+) requests in ([\d.]+)(m?)s", said)
        if found is None or "Non-2xx" in said or "Socket errors" in said:
            raise RuntimeError(f"wrk says: {said}")
        scale = 1e6 if found[3] else 1e9
        return Answered(int(found[1]), float(found[2]) * scale)

    def _run_own_client(self, address: str, seconds: float, requests: int | None, core: int | None) -> Answered:
        first, then = self._messages()
        options = [address, str(self.connections), str(seconds), str(requests or 0), first.hex(), then.hex()]
        said = run([*pin(core), sys.executable, "-m", "benchmarks.http.client", *options], seconds)
        count, nanoseconds = said.split()
        return Answered(int(count), float(nanoseconds))

    def _messages(self) -> tuple[bytes, bytes]:
        """What each connection says first, and what it says again and again."""
        if self.websocket:
            return UPGRADE, FRAME
        request = f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        return request, request


def pin(core: int | None) -> list[str]:
    return [] if core is None else ["taskset", "--cpu-list", str(core)]


def run(command: list[str], seconds: float) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds + CLIENT_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} says: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout
