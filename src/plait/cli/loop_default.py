"""Makes plait's loop the one that stock asyncio makes, for the rest of the process."""

from __future__ import annotations

import asyncio
import sys

import plait


def use_plait() -> None:
    """`asyncio.run`, `Runner`, `new_event_loop` and `get_event_loop` give plait's loop from now on.

    It is not undone when the program's last line has run: its threads and exit functions come after that.
    """
    if sys.version_info < (3, 14):
        asyncio.set_event_loop_policy(plait.EventLoopPolicy())
    else:  # policies are deprecated, and asyncio.Runner looks the function up here
        asyncio.new_event_loop = asyncio.events.new_event_loop = plait.new_event_loop
