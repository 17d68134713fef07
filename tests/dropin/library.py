"""A library that has imported names from asyncio, to be imported before `install` or after it."""

import sys
from types import ModuleType
from typing import Any

SOURCE = """
import asyncio.queues
from asyncio import Event, Future, Lock, Queue, Task, TaskGroup, current_task, gather, get_running_loop, run, sleep
from asyncio import to_thread, wait_for
from asyncio.locks import Semaphore as Limit
from asyncio.streams import StreamReader

made = []


async def use_everything():
    made[:] = [Event(), Lock(), Queue(), asyncio.queues.LifoQueue(), Limit(), StreamReader(), Future(), TaskGroup()]
    made.extend([get_running_loop(), current_task(), get_running_loop().create_future(), Task(sleep(0))])
    made[-2].set_result(None)
    await made[-1]
    queue = made[2]
    async with made[7] as group:
        made.append(group.create_task(queue.put(5)))
    return [await wait_for(queue.get(), 10), await gather(sleep(0, "gathered")), await to_thread(str, "to thread")]
"""

Library = Any


def import_library(name: str) -> Library:
    """A new module of this name, in `sys.modules` until the next of that name."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(SOURCE, vars(module))
    return module
