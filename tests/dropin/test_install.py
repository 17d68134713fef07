"""`plait.install()`: what the libraries of a process get through asyncio, and that `uninstall()` leaves nothing behind."""

import asyncio
import importlib
import inspect
import pickle
import selectors
import sys
import threading
import types
import typing
from abc import ABC, abstractmethod
from asyncio import Queue as QueueOfStock
from typing import Any, Generic, Protocol, TypeVar

import pytest
from cpython.substitutes import REPLACED

import plait

from .library import Library, import_library

STOCK = {"Queue": asyncio.Queue, "Future": asyncio.Future, "Task": asyncio.Task}  # out of reach of `install`

CLASSES = [
    name for name in REPLACED if name[0].isupper() and name != "QueueShutDown"
]  # whose exceptions are asyncio's own
FUNCTIONS = [name for name in REPLACED if name[0].islower()]


@pytest.fixture
def early_library() -> Library:
    """Has been imported when plait is installed."""
    return import_library("early")


async def types_of_running() -> tuple[type, type]:
    return type(asyncio.get_running_loop()), type(asyncio.current_task())


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if hasattr(asyncio, name)])
def test_functions_are_plaits(installed: None, name: str) -> None:
    assert getattr(asyncio, name) is getattr(plait, name)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_know_objects_and_subclasses_of_both(installed: None, name: str) -> None:
    stand_in = getattr(asyncio, name)
    stock, own = stand_in.__bases__[0], getattr(plait, name)
    assert stock.__module__.partition(".")[0] in ("asyncio", "_asyncio")
    assert issubclass(stock, stand_in)
    assert issubclass(own, stand_in)
    assert issubclass(stand_in, stand_in)
    assert not issubclass(int, stand_in)
    assert not isinstance(5, stand_in)
    if name != "StreamWriter":  # whose finalizer needs what the constructor sets
        assert isinstance(stock.__new__(stock), stand_in)


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in ("StreamWriter", "Task", "Barrier")])
def test_calls_make_plaits_objects(installed: None, name: str) -> None:
    async def make() -> Any:
        arguments = {"Timeout": (None,), "StreamReaderProtocol": (asyncio.StreamReader(),)}.get(name, ())
        return getattr(asyncio, name)(*arguments)

    made = asyncio.run(make())
    assert type(made).__module__.startswith("plait.")
    assert isinstance(made, getattr(asyncio, name))


def test_library_imported_before_and_after_runs_on_plait(early_library: Library, installed: None) -> None:
    for library in (early_library, import_library("late")):
        made = library.run(library.use_everything())
        assert made == [5, ["gathered"], "to thread"]
        assert {type(thing).__module__.partition(".")[0] for thing in library.made} == {"plait"}


@pytest.mark.parametrize(
    "submodule", ["queues", "locks", "tasks", "futures", "streams", "timeouts", "taskgroups", "runners"]
)
def test_submodules_have_what_the_package_has(installed: None, submodule: str) -> None:
    module = importlib.import_module(f"asyncio.{submodule}")
    shared = [name for name in module.__all__ if name in vars(asyncio)]
    assert shared
    assert all(vars(module)[name] is vars(asyncio)[name] for name in shared)


def test_new_loops_are_plaits(installed: None) -> None:
    loop = asyncio.new_event_loop()
    assert type(loop) is plait.EventLoop
    loop.close()
    assert asyncio.run(types_of_running()) == (plait.EventLoop, plait.Task)
    with asyncio.Runner() as runner:
        assert runner.run(types_of_running()) == (plait.EventLoop, plait.Task)


def test_class_of_the_best_loop_is_plaits_and_others_stay(installed: None) -> None:
    if sys.version_info >= (3, 13):
        for loop in (asyncio.EventLoop(), asyncio.EventLoop(selectors.SelectSelector())):
            assert type(loop) is plait.EventLoop
            assert isinstance(loop, asyncio.EventLoop)
            loop.close()
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        assert type(runner.get_loop()).__module__ == "asyncio.unix_events"
        assert isinstance(runner.get_loop(), asyncio.SelectorEventLoop)


def test_asyncios_run_refuses_to_nest(installed: None) -> None:
    async def nest() -> None:
        asyncio.run(asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="await the coroutine instead"):
        asyncio.run(nest())


def test_loop_factory_of_the_program_is_used(installed: None) -> None:
    made = []

    def factory() -> asyncio.AbstractEventLoop:
        made.append(asyncio.SelectorEventLoop())
        return made[0]

    asyncio.run(asyncio.sleep(0), loop_factory=factory)  # type: ignore[call-arg, unused-ignore]
    assert made[0].is_closed()


# What has been made or captured before.


def test_objects_and_classes_from_before_hold(early_library: Library) -> None:
    queue, future_class = QueueOfStock[int](), STOCK["Future"]
    plait.install()
    try:
        assert isinstance(queue, asyncio.Queue)
        assert isinstance(queue, STOCK["Queue"])
        loop = plait.new_event_loop()
        future, stock_future = loop.create_future(), future_class(loop=loop)
        assert all(isinstance(each, kind) for each in (future, stock_future) for kind in (asyncio.Future, future_class))
        loop.close()
    finally:
        plait.uninstall()


def test_running_task_goes_on_across_install_and_uninstall() -> None:
    async def main() -> list[int]:
        before: asyncio.Queue[int] = asyncio.Queue()
        plait.install()
        during: asyncio.Queue[int] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(during.put(1))
            group.create_task(before.put(2))
        plait.uninstall()
        return [await asyncio.wait_for(queue.get(), 10) for queue in (during, before)]

    assert stock_run(main()) == [1, 2]


def stock_run(coro: Any) -> Any:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(coro)


# Classes that derive from asyncio's.


class EarlyQueue(asyncio.Queue[str]):
    """Defined before; refers to its base by name, and to what is inside it."""

    def __init__(self) -> None:
        asyncio.Queue.__init__(self, 1)

    async def put(self, item: str) -> None:
        await asyncio.Queue.put(self, item.upper())

    def dropped(self) -> int:
        self._queue.clear()  # type: ignore[attr-defined]
        self._finished.set()  # type: ignore[attr-defined]
        return len(self._getters)  # type: ignore[attr-defined]


def late_queue() -> type[EarlyQueue]:
    class LateQueue(asyncio.Queue[str]):
        __init__ = EarlyQueue.__init__
        put = EarlyQueue.put
        dropped = EarlyQueue.dropped

    return LateQueue  # type: ignore[return-value]


@pytest.mark.parametrize("find", [lambda: EarlyQueue, late_queue], ids=["early", "late"])
def test_subclass_of_queue_works(installed: None, find: Any) -> None:
    kind = find()
    assert type(kind) is type
    assert issubclass(kind, asyncio.Queue)
    assert pickle.loads(pickle.dumps(EarlyQueue)) is EarlyQueue

    async def main() -> list[str]:
        queue = kind()
        assert isinstance(queue, asyncio.Queue)
        await queue.put("a")
        putting = asyncio.create_task(queue.put("b"))
        got = [await queue.get(), await asyncio.wait_for(queue.get(), 10)]
        await putting
        assert queue.dropped() == 0
        return got

    assert asyncio.run(main()) == ["A", "B"]


def test_subclasses_of_task_and_future_work(installed: None) -> None:
    class NamedTask(asyncio.Task[int]):
        def __init__(self, coro: Any, *, loop: Any = None, **options: Any) -> None:
            super().__init__(coro, loop=loop, **options)
            self.was_derived = True

    class Settled(asyncio.Future[int]):
        def __init__(self) -> None:
            asyncio.Future.__init__(self)
            self.set_result(2)

    async def main() -> Any:
        asyncio.get_running_loop().set_task_factory(lambda loop, coro, **options: NamedTask(coro, loop=loop, **options))
        task = asyncio.create_task(asyncio.sleep(0, 1), name="named")
        assert isinstance(task, asyncio.Task)
        results = await asyncio.gather(task, Settled())
        return [*results, task.get_name(), task.was_derived]  # type: ignore[attr-defined]

    assert asyncio.run(main()) == [1, 2, "named", True]


T = TypeVar("T")


def test_subclass_may_have_abstract_generic_and_protocol_bases(installed: None) -> None:
    class Closable(ABC):
        @abstractmethod
        def close(self) -> str: ...

    class Named(Protocol):
        name: str

    class Box(asyncio.Event, Closable, Generic[T]):
        def close(self) -> str:
            return "closed"

    class NamedLock(asyncio.Lock, Named):
        name = "lock"

    class Both(asyncio.Queue[int], asyncio.Event):
        pass

    assert Box[int]().close() == "closed"
    assert isinstance(NamedLock(), asyncio.Lock)
    assert issubclass(Both, asyncio.Event)


def test_kinds_mix(installed: None) -> None:
    """Classes of a program's own and plait's objects meet in one call."""

    class OwnLock(asyncio.Lock):
        pass

    class OwnReader(asyncio.StreamReader):
        async def readline(self) -> bytes:
            return (await super().readline()).upper()

    class OwnProtocol(asyncio.StreamReaderProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.connected = True

    class OwnGroup(asyncio.TaskGroup):
        pass

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    async def main() -> list[bytes]:
        condition = asyncio.Condition(OwnLock())
        async with condition, OwnGroup() as group:
            group.create_task(asyncio.sleep(0))
            condition.notify()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: OwnProtocol(OwnReader(), serve), "127.0.0.1", 0)
        got = []
        for reader_class, protocol_class in (
            (OwnReader, OwnProtocol),
            (asyncio.StreamReader, OwnProtocol),
            (OwnReader, asyncio.StreamReaderProtocol),
        ):
            reader = reader_class()
            protocol = protocol_class(reader)
            transport, _ = await loop.create_connection(lambda made=protocol: made, *server.sockets[0].getsockname())
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            writer.write(b"line\n")
            await writer.drain()
            got.append(await asyncio.wait_for(reader.readline(), 10))
            writer.close()
        server.close()
        return got

    assert asyncio.run(main()) == [b"LINE\n"] * 3


class Pinger(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(b"ping")  # type: ignore[attr-defined]


def test_protocols_and_policies_may_be_derived_from(installed: None) -> None:
    assert issubclass(Pinger, asyncio.Protocol)

    class Runner(asyncio.Runner):
        pass

    with Runner() as runner:
        assert runner.run(types_of_running()) == (plait.EventLoop, plait.Task)


# Typing, pickle, signatures.


@pytest.mark.parametrize("name", ["Queue", "Task", "Future"])
def test_annotations_fit(installed: None, name: str) -> None:
    kind = getattr(asyncio, name)
    assert typing.get_origin(kind[int]) is kind
    assert typing.get_args(kind[int]) == (int,)
    assert typing.get_args(kind[int] | None) == (kind[int], type(None))
    assert typing.get_args(typing.Optional[kind]) == (kind, type(None))  # noqa: UP045
    assert inspect.signature(kind) == inspect.signature(STOCK[name])


def test_generic_alias_makes_plaits_queue(installed: None) -> None:
    assert type(asyncio.Queue[int](3)) is plait.Queue


@pytest.mark.parametrize("name", CLASSES)
def test_classes_pickle_by_name(installed: None, name: str) -> None:
    kind = getattr(asyncio, name)
    assert pickle.loads(pickle.dumps(kind)) is kind


def test_what_was_pickled_on_asyncio_is_read_on_plait() -> None:
    data = pickle.dumps((asyncio.Queue(3), asyncio.QueueFull("full"), EarlyQueue))
    plait.install()
    try:
        queue, error, kind = pickle.loads(data)
        queue.put_nowait(1)
        assert isinstance(queue, asyncio.Queue)
        assert (queue.maxsize, queue.get_nowait(), type(error), kind) == (3, 1, asyncio.QueueFull, EarlyQueue)
    finally:
        plait.uninstall()


# Taking it back.


USERS = [importlib.import_module(name) for name in ("unittest.mock", "unittest.async_case", __name__)]


def snapshot() -> dict[str, dict[str, Any]]:
    """The globals of all of asyncio's modules and of some that use it."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "asyncio"]
    spaces = {module.__name__: dict(vars(module)) for module in [*modules, *USERS]}
    del spaces["asyncio.events"]["_event_loop_policy"]  # None stands for the default one until somebody asks
    return spaces


def test_uninstall_restores_every_name(early_library: Library) -> None:
    policy = events_policy()
    before = snapshot()
    plait.install()
    assert snapshot() != before
    plait.uninstall()
    assert snapshot() == before
    assert events_policy() is policy
    made = early_library.run(early_library.use_everything())
    assert made[0] == 5
    assert all(type(thing).__module__.partition(".")[0] in ("asyncio", "_asyncio") for thing in early_library.made)


def events_policy() -> Any:
    return asyncio.get_event_loop_policy() if sys.version_info < (3, 14) else asyncio.events._event_loop_policy


def test_uninstall_reaches_what_was_imported_meanwhile() -> None:
    plait.install()
    library = import_library("late")
    captured = asyncio.Queue
    plait.uninstall()
    assert library.Queue is STOCK["Queue"]
    assert library.run is asyncio.run
    assert type(captured()) is STOCK["Queue"]
    assert library.run(library.use_everything())[0] == 5
    plait.install()
    assert asyncio.Queue is captured
    plait.uninstall()


def test_what_somebody_else_put_there_meanwhile_stays(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def patched() -> None: ...

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "gather", patched)
        plait.uninstall()
        assert asyncio.gather is patched  # type: ignore[comparison-overlap]
        assert asyncio.tasks.gather is not patched  # type: ignore[comparison-overlap]
    assert asyncio.gather is plait.gather  # what the patch had found; it works on every loop
    asyncio.gather = asyncio.tasks.gather


def test_what_somebody_else_put_there_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def patched() -> None: ...

    monkeypatch.setattr(asyncio, "run", patched)
    plait.install()
    assert asyncio.run is patched  # type: ignore[comparison-overlap]
    plait.uninstall()
    assert asyncio.run is patched  # type: ignore[comparison-overlap]


def test_only_global_names_are_bound_anew() -> None:
    class Holder:
        queue = asyncio.Queue

    plait.install()
    try:
        assert Holder.queue is STOCK["Queue"]
        assert isinstance(Holder.queue(), asyncio.Queue)
    finally:
        plait.uninstall()


def test_modules_that_are_no_modules_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lazy(types.ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    class Claims:
        __slots__ = ()
        __class__ = types.ModuleType  # type: ignore[assignment]  # as libraries of cffi have it

    monkeypatch.setitem(sys.modules, "lazy", Lazy("lazy"))
    monkeypatch.setitem(sys.modules, "claims", Claims())  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "odd", object())  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "missing", None)  # type: ignore[arg-type]
    plait.install()
    plait.uninstall()


# Bad input.


def test_installing_twice_takes_one_uninstall(early_library: Library) -> None:
    before = snapshot()
    plait.install()
    import_library("between")
    asyncio.sleep = STOCK_SLEEP  # somebody has put asyncio's back
    plait.install()
    assert asyncio.sleep is plait.sleep  # type: ignore[comparison-overlap]
    plait.uninstall()
    assert snapshot() == before
    plait.uninstall()
    assert snapshot() == before


STOCK_SLEEP: Any = [asyncio.sleep][0]


def test_uninstalling_what_is_not_installed_does_nothing() -> None:
    before = snapshot()
    plait.uninstall()
    assert snapshot() == before


def test_installing_in_threads_at_once() -> None:
    before = snapshot()
    threads = [threading.Thread(target=plait.install) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asyncio.run(types_of_running()) == (plait.EventLoop, plait.Task)
    plait.uninstall()
    assert snapshot() == before
