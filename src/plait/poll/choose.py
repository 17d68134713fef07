"""Which poller this system gets, and what a loop has besides to be woken."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from plait.poll.poller import READABLE
from plait.poll.waker import Waker

if TYPE_CHECKING:
    from plait.poll.poller import Poller


def new_poller() -> Poller:
    """epoll where there is one, `selectors` elsewhere."""
    if hasattr(select, "epoll"):
        from plait.poll.epoll import EpollPoller

        return EpollPoller()
    from plait.poll.select_poller import SelectPoller

    return SelectPoller()


def with_waker(poller: Poller | None) -> tuple[Poller, Waker]:
    """`poller`, or a new one, and a waker that it watches; both are closed if this fails."""
    poller = new_poller() if poller is None else poller
    waker = None
    try:
        waker = Waker()
        poller.watch(waker.descriptor(), READABLE)
    except BaseException:
        poller.close()
        if waker is not None:
            waker.close()
        raise
    return poller, waker
