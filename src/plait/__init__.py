"""plait: a complete coroutine runtime in asyncio's vocabulary.

Use it on its own (``plait.run(main())``), in asyncio's place (``import plait as asyncio``), or as a loop
(``asyncio.run(main(), loop_factory=plait.new_event_loop)``); `install()` has every library use it. Names that plait has no
version of its own of are asyncio's.
"""

from __future__ import annotations

import atexit as _atexit
import sys as _sys
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plait import bridge as bridge
    from plait import subprocess as subprocess
    from plait import testing as testing
    from plait.api.event_loop import EventLoop as EventLoop
    from plait.api.event_loop import new_event_loop as new_event_loop
    from plait.api.install import install as install
    from plait.api.install import uninstall as uninstall
    from plait.api.ipython import load_ipython_extension as load_ipython_extension
    from plait.api.ipython import unload_ipython_extension as unload_ipython_extension
    from plait.api.policy import EventLoopPolicy as EventLoopPolicy
    from plait.api.runner import Runner as Runner
    from plait.api.runner import run as run
    from plait.base.errors import QueueShutDown as QueueShutDown
    from plait.build import build_info as build_info
    from plait.process.process import create_subprocess_exec as create_subprocess_exec
    from plait.process.process import create_subprocess_shell as create_subprocess_shell
    from plait.schedule.handle import Handle as Handle
    from plait.schedule.timer import Timer as TimerHandle
    from plait.streams.open_stream import open_connection as open_connection
    from plait.streams.open_stream import open_unix_connection as open_unix_connection
    from plait.streams.open_stream import start_server as start_server
    from plait.streams.open_stream import start_unix_server as start_unix_server
    from plait.streams.protocol import StreamReaderProtocol as StreamReaderProtocol
    from plait.streams.reader import StreamReader as StreamReader
    from plait.streams.writer import StreamWriter as StreamWriter
    from plait.sync.barrier import Barrier as Barrier
    from plait.sync.condition import Condition as Condition
    from plait.sync.event import Event as Event
    from plait.sync.lock import Lock as Lock
    from plait.sync.queue import Queue as Queue
    from plait.sync.queue_orders import LifoQueue as LifoQueue
    from plait.sync.queue_orders import PriorityQueue as PriorityQueue
    from plait.sync.semaphore import BoundedSemaphore as BoundedSemaphore
    from plait.sync.semaphore import Semaphore as Semaphore
    from plait.tasks.as_completed import as_completed as as_completed
    from plait.tasks.coroutine_kinds import is_coroutine as iscoroutine
    from plait.tasks.coroutine_kinds import is_coroutine_function as iscoroutinefunction
    from plait.tasks.eager import create_eager_task_factory as create_eager_task_factory
    from plait.tasks.eager import eager_task_factory as eager_task_factory
    from plait.tasks.future import Future as Future
    from plait.tasks.gather import gather as gather
    from plait.tasks.shield import shield as shield
    from plait.tasks.sleep import sleep as sleep
    from plait.tasks.spawn import create_task as create_task
    from plait.tasks.spawn import ensure_future as ensure_future
    from plait.tasks.task import Task as Task
    from plait.tasks.task_group import TaskGroup as TaskGroup
    from plait.tasks.threads import run_coroutine_threadsafe as run_coroutine_threadsafe
    from plait.tasks.threads import to_thread as to_thread
    from plait.tasks.timeout import Timeout as Timeout
    from plait.tasks.timeout import timeout as timeout
    from plait.tasks.timeout import timeout_at as timeout_at
    from plait.tasks.wait import wait as wait
    from plait.tasks.wait import wait_for as wait_for
    from plait.transports.server import Server as Server

__version__ = "0.1.0"

# Where each name lives; a module is imported when one of its names is first used.
_HOMES = {
    "EventLoop": "plait.api.event_loop",
    "new_event_loop": "plait.api.event_loop",
    "install": "plait.api.install",
    "uninstall": "plait.api.install",
    "load_ipython_extension": "plait.api.ipython",
    "unload_ipython_extension": "plait.api.ipython",
    "EventLoopPolicy": "plait.api.policy",
    "Runner": "plait.api.runner",
    "run": "plait.api.runner",
    "QueueShutDown": "plait.base.errors",
    "build_info": "plait.build",
    "create_subprocess_exec": "plait.process.process",
    "create_subprocess_shell": "plait.process.process",
    "Handle": "plait.schedule.handle",
    "open_connection": "plait.streams.open_stream",
    "open_unix_connection": "plait.streams.open_stream",
    "start_server": "plait.streams.open_stream",
    "start_unix_server": "plait.streams.open_stream",
    "StreamReaderProtocol": "plait.streams.protocol",
    "StreamReader": "plait.streams.reader",
    "StreamWriter": "plait.streams.writer",
    "Barrier": "plait.sync.barrier",
    "Condition": "plait.sync.condition",
    "Event": "plait.sync.event",
    "Lock": "plait.sync.lock",
    "Queue": "plait.sync.queue",
    "LifoQueue": "plait.sync.queue_orders",
    "PriorityQueue": "plait.sync.queue_orders",
    "BoundedSemaphore": "plait.sync.semaphore",
    "Semaphore": "plait.sync.semaphore",
    "as_completed": "plait.tasks.as_completed",
    "create_eager_task_factory": "plait.tasks.eager",
    "eager_task_factory": "plait.tasks.eager",
    "Future": "plait.tasks.future",
    "gather": "plait.tasks.gather",
    "shield": "plait.tasks.shield",
    "sleep": "plait.tasks.sleep",
    "create_task": "plait.tasks.spawn",
    "ensure_future": "plait.tasks.spawn",
    "Task": "plait.tasks.task",
    "TaskGroup": "plait.tasks.task_group",
    "run_coroutine_threadsafe": "plait.tasks.threads",
    "to_thread": "plait.tasks.threads",
    "Timeout": "plait.tasks.timeout",
    "timeout": "plait.tasks.timeout",
    "timeout_at": "plait.tasks.timeout",
    "wait": "plait.tasks.wait",
    "wait_for": "plait.tasks.wait",
    "Server": "plait.transports.server",
}

# Names that asyncio spells differently from the module they live in.
_RENAMED = {
    "TimerHandle": ("plait.schedule.timer", "Timer"),
    "iscoroutine": ("plait.tasks.coroutine_kinds", "is_coroutine"),
    "iscoroutinefunction": ("plait.tasks.coroutine_kinds", "is_coroutine_function"),
}

# What a program names, or IPython calls, but `from plait import *` does not bring.
_NOT_FOR_STARS = frozenset({"EventLoopPolicy", "load_ipython_extension", "unload_ipython_extension"})

# Modules that programs reach as an attribute, as asyncio's.
_MODULES = frozenset({"bridge", "subprocess", "testing"})


def __getattr__(name: str) -> Any:
    import asyncio  # here, so that the plugin of pytest costs nothing where no test is asynchronous

    home, own_name = _RENAMED.get(name, (_HOMES.get(name), name))
    if home is not None:
        value = getattr(_import_module(home), own_name)
    elif name in _MODULES:
        value = _import_module(f"plait.{name}")
    elif name == "__all__":
        value = sorted({*asyncio.__all__, *_HOMES, *_RENAMED} - _NOT_FOR_STARS)
    elif name.startswith("__") or not hasattr(asyncio, name):
        raise AttributeError(f"module 'plait' has no attribute {name!r}")
    else:
        value = getattr(asyncio, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})


@_atexit.register  # at once, so that functions which programs register, and which may run loops, are called before it
def _report_lost_work() -> None:
    if "plait.loop.core" in _sys.modules:
        _import_module("plait.loop.lost_work").report()
