"""An event loop policy, for the Pythons that still have them; from 3.14 on asyncio warns whoever sets one."""

from __future__ import annotations

import asyncio
import warnings

from plait.api.event_loop import EventLoop, new_event_loop

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    _DefaultEventLoopPolicy = asyncio.DefaultEventLoopPolicy


class EventLoopPolicy(_DefaultEventLoopPolicy):
    """With ``asyncio.set_event_loop_policy(plait.EventLoopPolicy())`` every new loop is plait's."""

    def new_event_loop(self) -> EventLoop:
        return new_event_loop()
