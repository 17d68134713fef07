"""A client without a loop: python -m benchmarks.http.client ADDRESS CONNECTIONS SECONDS REQUESTS FIRST THEN.

FIRST and THEN are what it sends, in hexadecimal digits. Answers to THEN are all as long as the first of them. It prints
how many it got, and in how many nanoseconds; REQUESTS, unless it is 0, ends it instead of SECONDS.
"""

from __future__ import annotations

import socket
import sys
from time import perf_counter_ns

SETTLED_SECONDS = 0.05
"""An answer that goes on after a pause of that length is taken for a wrong one."""


def main() -> None:
    address, connections, seconds, requests, first, then = sys.argv[1:]
    clients = [connect(address) for _ in range(int(connections))]
    for client in clients:
        learn(client, bytes.fromhex(first))
    size = learn(clients[0], bytes.fromhex(then))
    count, took = exchange(clients, bytes.fromhex(then), size, float(seconds), int(requests))
    print(count, took)


def connect(address: str) -> socket.socket:
    host, port = address.rsplit(":", 1)
    client = socket.create_connection((host, int(port)))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def learn(client: socket.socket, message: bytes) -> int:
    """How many bytes come back."""
    client.sendall(message)
    size = len(client.recv(1 << 16))
    client.settimeout(SETTLED_SECONDS)
    try:
        while more := client.recv(1 << 16):
            size += len(more)
    except TimeoutError:
        client.settimeout(None)
        return size
    raise SystemExit("the server has hung up")


def exchange(clients: list[socket.socket], message: bytes, size: int, seconds: float, requests: int) -> tuple[int, int]:
    count, began = 0, perf_counter_ns()
    end = began + seconds * 1e9
    while count < requests if requests else perf_counter_ns() < end:
        for client in clients:
            client.sendall(message)
        for client in clients:
            if len(client.recv(size, socket.MSG_WAITALL)) != size:
                raise SystemExit("the server has hung up")
        count += len(clients)
    return count, perf_counter_ns() - began


if __name__ == "__main__":
    main()
