"""An event loop policy, for the Pythons that still have them undeprecated (up to 3.13)."""

from __future__ import annotations

import asyncio

from plait.api.event_loop import EventLoop, new_event_loop


class EventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """With ``asyncio.set_event_loop_policy(plait.EventLoopPolicy())`` every new loop is plait's."""

    def new_event_loop(self) -> EventLoop:
        return new_event_loop()
