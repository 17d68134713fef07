"""The other side of all connections, a name with two addresses, and threads that switch all the time."""

import gc
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ownership.cases import HOST, TWO_ADDRESSES
from ownership.world import Peer

# Seconds between two switches of threads: the stranger is to open a descriptor as soon as one has been closed.
SWITCH_SECONDS = 1e-5


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    peer = Peer(tmp_path_factory.mktemp("peer"))
    yield peer
    peer.close()


@pytest.fixture(autouse=True)
def short_collections() -> Iterator[None]:
    """Each trial collects garbage: without this, the objects of all tests and modules would be looked at each time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def name_with_two_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first of them nobody listens."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **options: Any) -> list[Any]:
        if host != TWO_ADDRESSES:
            return list(resolve(host, *rest, **options))
        return [*resolve("127.0.0.2", *rest, **options), *resolve(HOST, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(autouse=True)
def switching_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
