"""Whatever fails or is cancelled, at whatever await: each descriptor is closed exactly once, by its owner."""

import importlib
from pathlib import Path

import pytest

from ownership.cases import CASES
from ownership.faults import KINDS
from ownership.trial import NEVER, Trial, trials
from ownership.world import Peer

# Where stock asyncio does so too, on every supported Python: the control of this test. In the other cases it leaves
# sockets, pipes and children behind, or hangs: to a name of two addresses because it stops watching the first one's
# socket by its number, which is the second one's by then.
STOCK_HOLDS = {
    "create_connection_to_a_number",
    "create_connection_of_a_socket",
    "create_unix_connection",
    "open_connection",
    "create_datagram_endpoint_at_an_address",
    "sock_connect",
    "sock_sendall",
    "wait_for_a_process",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("module", ["asyncio", "plait"])
def test_descriptors_have_one_owner(module: str, name: str, kind: str, peer: Peer, folder: Path) -> None:
    if module == "asyncio" and name not in STOCK_HOLDS:
        pytest.skip("stock does not")
    aio = importlib.import_module(module)
    complaints = list(trials(aio, name, kind, peer, folder))
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("name", CASES)
def test_the_case_without_a_fault(name: str, peer: Peer, folder: Path) -> None:
    trial = Trial(importlib.import_module("plait"), name, "cancel", NEVER)
    trial.run(peer, folder)
    assert not trial.complaints
