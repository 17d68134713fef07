"""The poller over `selectors`: as epoll, it forgets descriptors that somebody closed."""

import os
import selectors

import pytest

from plait.poll.poller import READABLE
from plait.poll.select_poller import SelectPoller

SELECTORS = [
    getattr(selectors, name) for name in ("SelectSelector", "PollSelector", "EpollSelector") if hasattr(selectors, name)
]


@pytest.mark.parametrize("selector", SELECTORS)
def test_a_closed_descriptor_hides_no_other(selector):
    poller = SelectPoller(selector())
    closed_end, other_end = os.pipe()
    reader, writer = os.pipe()
    poller.watch(closed_end, READABLE)
    poller.watch(reader, READABLE)
    os.close(closed_end)
    os.write(writer, b"1")
    ready = [poller.descriptor(index) for _ in range(2) for index in range(poller.wait(0))]
    assert reader in ready
    poller.close()
    for fd in (other_end, reader, writer):
        os.close(fd)
