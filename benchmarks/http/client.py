"""A client without a loop: python -m benchmarks.http.client ADDRESS CONNECTIONS SECONDS REQUESTS FIRST THEN.

FIRST and THEN are what it sends, in hexadecimal digits. Answers to THEN are all as long as the first of them. It prints
how many it got, and in how many nanoseconds; REQUESTS, unless it is 0, ends it instead of SECONDS.
"""

from __future__ import annotations

import select
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
    """Each connection sends again as soon as it has its whole answer, as with wrk, until it is time to end."""
    count, began = 0, perf_counter_ns()
    end = began + seconds * 1e9
    missing = {client.fileno(): size for client in clients}
    with select.epoll() as poller:
        for client in clients:
            poller.register(client, select.EPOLLIN)
            client.sendall(message)
        connections = {client.fileno(): client for client in clients}
        while missing:
            for fd, _ in poller.poll():
                missing[fd] -= receive(connections[fd], missing[fd])
                if missing[fd]:
                    continue
                count += 1
                if count < requests if requests else perf_counter_ns() < end:
                    missing[fd] = size
                    connections[fd].sendall(message)
                else:
                    del missing[fd]
                    poller.unregister(fd)
    return count, perf_counter_ns() - began


def receive(client: socket.socket, most: int) -> int:
    got = len(client.recv(most))
    if not got:
        raise SystemExit("the server has hung up")
    return got


if __name__ == "__main__":
    main()
