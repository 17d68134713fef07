"""Runs the load client against a server, and gives what it measured."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.batches import BATCHES
from benchmarks.net import programs

Answer = dict[str, Any]
"""The load client's JSON: `requests` and `cpu` (ns) by window, `p50` and `p99` (ns), or `bytes` a connection."""

CLIENT_PATIENCE = 45.0
"""Seconds a load client may run: more than to open 10,000 connections on a slow loop, less than the worker has."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the clients do: so many connections, messages of so many bytes, so many of them at once; see load.c."""

    mode: str = "echo"
    transport: str = "tcp"
    connections: int = 10
    size: int = 1024
    depth: int = 1
    tls: bool = False
    windows: int = BATCHES

    def command(self, server: int, at: str, seconds: float, requests: int | None, core: int | None) -> list[str]:
        program = programs.tls_load_client() if self.tls else programs.load_client()
        options: dict[str, Any] = {"to": self.transport, "at": at, "pid": server, "connections": self.connections}
        options |= {"size": self.size, "depth": self.depth, "tls": int(self.tls)}
        options |= {"seconds": seconds, "windows": self.windows}
        if requests is not None:
            options |= {"requests": requests, "windows": 1}
        if core is not None:
            options["core"] = core
        return [str(program), self.mode, *(f"{name}={value}" for name, value in options.items())]


def run_load(
    load: Load, server: int, at: str, *, seconds: float, requests: int | None = None, core: int | None = None
) -> Answer:
    """Blocks until the load client has measured the server, a process; a `RuntimeError` if it could not.

    It measures for some seconds or, without a warm-up, for so many requests.
    """
    try:
        done = subprocess.run(
            load.command(server, at, seconds, requests, core),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLIENT_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"the load client was not done after {CLIENT_PATIENCE:.0f} s") from None
    if done.returncode:
        raise RuntimeError(f"the load client says: {done.stderr.strip() or f'exit code {done.returncode}'}")
    answer: Answer = json.loads(done.stdout)
    return answer


def cpu_a_request(answer: Answer) -> list[float]:
    """The server's processor time for each request, by window, in nanoseconds."""
    return [cpu / requests for cpu, requests in zip(answer["cpu"], answer["requests"], strict=True)]


def latency(percentile: str) -> Callable[[Answer], list[float]]:
    """How long a client waited for an answer, in nanoseconds: "p50" or "p99"."""
    return lambda answer: [answer[percentile]]


def bytes_a_connection(answer: Answer) -> list[float]:
    """How much the server's resident set grew by a connection."""
    return [answer["bytes"]]


def client_core(server_core: int | None) -> int | None:
    """A core for the clients other than the server's, if there is one."""
    if server_core is None:
        return None
    return min(os.sched_getaffinity(0) - {server_core}, default=server_core)
