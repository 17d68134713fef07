"""Which poller this system gets."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plait.poll.poller import Poller


def new_poller() -> Poller:
    """epoll where there is one, `selectors` elsewhere."""
    if hasattr(select, "epoll"):
        from plait.poll.epoll import EpollPoller

        return EpollPoller()
    from plait.poll.select_poller import SelectPoller

    return SelectPoller()
