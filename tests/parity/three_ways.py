"""asyncio, plait, and plait on asyncio's loop: its streams must do on a loop that is not plait's."""

import asyncio
import importlib
import types

from .conftest import skip_what_stock_does_not_do

WAYS = ("asyncio", "plait", "plait on asyncio")


def module(request):
    """What an `aio` fixture with the parameters WAYS returns."""
    if request.param == "asyncio":
        skip_what_stock_does_not_do(request.node)
    if request.param != "plait on asyncio":
        return importlib.import_module(request.param)
    mixed = types.ModuleType("plait")
    mixed.__getattr__ = importlib.import_module("plait").__getattribute__
    mixed.Runner, mixed.new_event_loop = asyncio.Runner, asyncio.new_event_loop
    return mixed
