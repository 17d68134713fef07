"""`suspend`: one use of its resume, from anywhere, and what happens when there is none, or a second."""

import asyncio
import ctypes
import gc
import os
import signal
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from plait import bridge


async def test_resumed_at_once_gives_the_value_without_a_turn(aio: ModuleType) -> None:
    turns = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert await bridge.suspend(lambda resume: resume.result(5)) == 5
    assert turns == []


async def test_resumed_later_by_the_loop(aio: ModuleType) -> None:
    loop = asyncio.get_running_loop()
    assert await bridge.suspend(lambda resume: loop.call_soon(resume.result, "later")) == "later"


async def test_resumed_by_a_thread(aio: ModuleType, in_thread: Any) -> None:
    assert await bridge.suspend(lambda resume: in_thread(resume.result, "thread")) == "thread"


async def test_resumed_by_a_thread_before_start_returns(aio: ModuleType, in_thread: Any) -> None:
    assert await bridge.suspend(lambda resume: in_thread(resume.result, "early").join()) == "early"


async def test_resumed_by_a_thread_that_c_code_made(aio: ModuleType) -> None:
    """A thread that Python has never heard of: the C library calls back from one of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    routine = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
    kept: list[Any] = []

    def start(resume: bridge.Resume) -> None:
        def back(_: Any) -> None:
            resume.result(threading.get_native_id())

        kept.append(routine(back))
        kept.append(ctypes.c_ulong())
        assert libc.pthread_create(ctypes.byref(kept[1]), None, kept[0], None) == 0

    thread = await bridge.suspend(start)
    assert thread != threading.get_native_id()
    assert libc.pthread_join(kept[1], None) == 0


async def test_resumed_by_a_signal_handler(aio: ModuleType) -> None:
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGUSR1)

    def start(resume: bridge.Resume) -> None:
        signal.signal(signal.SIGUSR1, lambda number, _: resume.result(number))
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1)).start()

    keep_turning = loop.call_later(30, lambda: None)
    try:
        assert await bridge.suspend(start) == signal.SIGUSR1
    finally:
        keep_turning.cancel()
        signal.signal(signal.SIGUSR1, before)


async def test_resumed_by_a_finalizer(aio: ModuleType) -> None:
    class Closing:
        def __init__(self, resume: bridge.Resume) -> None:
            self.resume = resume
            self.myself = self  # a cycle, so that the garbage collector runs the finalizer

        def __del__(self) -> None:
            self.resume.result("finalized")

    def start(resume: bridge.Resume) -> None:
        Closing(resume)
        asyncio.get_running_loop().call_soon(gc.collect)

    assert await bridge.suspend(start) == "finalized"


async def test_an_error_is_raised_at_the_await(aio: ModuleType) -> None:
    for error in (KeyError("no"), KeyError):
        with pytest.raises(KeyError):
            await bridge.suspend(lambda resume, error=error: resume.error(error))


async def test_what_start_raises_is_raised_at_the_await(aio: ModuleType, ignored: Any) -> None:
    def start(resume: bridge.Resume) -> None:
        resume.result(1)
        raise OSError("no camera")

    with pytest.raises(OSError, match="no camera"):
        await bridge.suspend(start)
    assert ignored().resumes == 1


async def test_resumed_twice_names_both_places(aio: ModuleType) -> None:
    def first(resume: bridge.Resume) -> None:
        resume.result(1)

    def second(resume: bridge.Resume) -> None:
        resume.error(ValueError())

    resumes: list[bridge.Resume] = []
    assert await bridge.suspend(lambda resume: [resumes.append(resume), first(resume)][0]) == 1
    with pytest.raises(bridge.AlreadyResumed) as caught:
        second(resumes.pop())
    code = first.__code__, second.__code__
    places = [f"{__file__}:{part.co_firstlineno + 1}, in {part.co_qualname}" for part in code]
    assert f"first at {places[0]}" in str(caught.value)
    assert f"again at {places[1]}" in str(caught.value)


async def test_dropped_at_once_is_lost(aio: ModuleType) -> None:
    def forget(resume: bridge.Resume) -> None:
        """Does not keep it."""

    with pytest.raises(bridge.LostCallback, match="forget has dropped its callback"):
        await bridge.suspend(forget)


async def test_dropped_later_by_the_loop_is_lost(aio: ModuleType) -> None:
    holders: list[Any] = []
    asyncio.get_running_loop().call_soon(holders.clear)
    with pytest.raises(bridge.LostCallback):
        await bridge.suspend(holders.append)


async def test_dropped_in_a_thread_is_lost(aio: ModuleType, in_thread: Any) -> None:
    holders: list[Any] = []

    def start(resume: bridge.Resume) -> None:
        holders.append(resume)
        in_thread(holders.clear)

    with pytest.raises(bridge.LostCallback):
        await bridge.suspend(start)


async def test_dropped_in_a_cycle_is_lost_when_it_is_collected(aio: ModuleType) -> None:
    class Holder:
        def __init__(self, resume: bridge.Resume) -> None:
            self.parts = [resume, self]

    asyncio.get_running_loop().call_soon(gc.collect)
    with pytest.raises(bridge.LostCallback):
        await bridge.suspend(lambda resume: Holder(resume) and None)


async def test_cancelled_calls_on_cancel_once(aio: ModuleType, turns: Any) -> None:
    resumes: list[bridge.Resume] = []
    cancelled: list[int] = []

    def start(resume: bridge.Resume) -> None:
        resume.on_cancel(lambda: cancelled.append(threading.get_ident()))
        resumes.append(resume)

    async def wait() -> Any:
        return await bridge.suspend(start)

    task = asyncio.get_running_loop().create_task(wait())
    await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled == [threading.get_ident()]


async def test_resumed_after_cancel_is_ignored_and_counted(aio: ModuleType, turns: Any, ignored: Any) -> None:
    resumes: list[bridge.Resume] = []

    async def wait() -> Any:
        return await bridge.suspend(resumes.append)

    task = asyncio.get_running_loop().create_task(wait())
    await turns()
    task.cancel()
    await turns()
    resumes[0].result(1)
    resumes[0].error(ValueError())  # which is no second result: the first was none
    assert ignored().resumes == 2
    assert task.cancelled()


async def test_result_that_meets_the_cancellation_is_counted(aio: ModuleType, turns: Any, ignored: Any) -> None:
    resumes: list[bridge.Resume] = []

    async def wait() -> Any:
        return await bridge.suspend(resumes.append)

    for resume_first in (True, False):
        task = asyncio.get_running_loop().create_task(wait())
        await turns()
        steps: list[Callable[[], Any]] = [lambda: resumes.pop().result(1), task.cancel]
        for step in steps if resume_first else reversed(steps):
            step()
        await turns()
        assert task.done()
    assert ignored().resumes + (not task.cancelled()) >= 1


async def test_on_cancel_after_the_cancellation_is_called_at_once(aio: ModuleType, turns: Any) -> None:
    resumes: list[bridge.Resume] = []

    async def wait() -> Any:
        return await bridge.suspend(resumes.append)

    task = asyncio.get_running_loop().create_task(wait())
    await turns()
    task.cancel()
    await turns()
    called: list[int] = []
    resumes[0].on_cancel(lambda: called.append(1))
    assert called == [1]


async def test_on_cancel_that_fails_is_reported(aio: ModuleType, turns: Any, reports: Any) -> None:
    async def wait() -> Any:
        return await bridge.suspend(lambda resume: [resume.on_cancel(lambda: 1 / 0), kept.append(resume)][0])

    kept: list[bridge.Resume] = []
    task = asyncio.get_running_loop().create_task(wait())
    await turns()
    task.cancel()
    await turns()
    assert task.cancelled()
    assert reports.exceptions == ["ZeroDivisionError('division by zero')"]


def test_resumed_after_the_loop_was_closed_says_so(aio: ModuleType, loop: Any, ignored: Any) -> None:
    resumes: list[bridge.Resume] = []

    async def wait() -> Any:
        return await bridge.suspend(resumes.append)

    task = loop.create_task(wait())
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    with pytest.raises(RuntimeError, match="loop is closed"):
        resumes[0].result(1)
    coro = task.get_coro()
    task._log_destroy_pending = False
    del task
    coro.close()  # which is a cancellation: nothing waits
    assert ignored().resumes >= 0


async def test_coroutine_functions_and_generators_are_refused(aio: ModuleType) -> None:
    async def coroutine(resume: bridge.Resume) -> None:
        """Would never run."""

    def generator(resume: bridge.Resume) -> Any:
        yield resume

    async def asynchronous(resume: bridge.Resume) -> Any:
        yield resume

    for function in (coroutine, generator, asynchronous):
        with pytest.raises(TypeError, match="does nothing until it is awaited or iterated"):
            await bridge.suspend(function)


async def test_class_as_start(aio: ModuleType) -> None:
    class Request:
        def __init__(self, resume: bridge.Resume) -> None:
            asyncio.get_running_loop().call_soon(resume.result, self)

    assert isinstance(await bridge.suspend(Request), Request)


def test_what_cannot_be_called_is_refused(aio: ModuleType) -> None:
    with pytest.raises(TypeError, match="a function that takes a resume"):
        bridge.suspend(5)  # type: ignore[arg-type]


def test_resume_is_not_made_by_hand(aio: ModuleType) -> None:
    with pytest.raises(TypeError, match="made by suspend"):
        bridge.Resume()


def test_at_the_end_of_the_interpreter(run_script: Any) -> None:
    """A resume that dies with the interpreter, and one that is used by then."""
    ended = run_script(
        """
        import atexit, threading
        from plait import bridge

        kept = []

        async def wait():
            await bridge.suspend(kept.append)

        async def main():
            task = aio.create_task(wait())
            await aio.sleep(0.01)

        aio.run(main())
        atexit.register(lambda: kept[0].result(1))
        class Late:
            def __del__(self, kept=kept):
                kept[0].result(2)
        late = Late()
        """
    )
    assert (ended.returncode, ended.stderr) == (0, "")
