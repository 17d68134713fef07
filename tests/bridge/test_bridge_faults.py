"""A fault at every step of every crossing, a thousand rounds; in the end each item is accounted for."""

import asyncio
import gc
import threading
from collections import Counter
from collections.abc import Callable
from random import Random
from types import ModuleType
from typing import Any

import pytest

from plait import bridge
from plait.bridge import from_thread

SEED = 20
STEPS = (None, 0, 1, 2, 3)  # after how many turns the wait is cancelled
USES = (
    "now",
    "soon",
    "thread",
    "finalizer",
    "error",
    "twice",
    "raise",
    "dropped",
    "dropped later",
    "dropped in a thread",
)
WORK = ("returns", "raises", "listens", "is deaf", "calls the loop")
CALLBACK_ROUNDS, THREAD_ROUNDS, EVENT_ROUNDS, PORTAL_ROUNDS = 400, 350, 200, 50


class Fault(Exception):
    """What the rounds raise."""


class User:
    """Uses its resumes in one of the ways, and counts."""

    def __init__(self, loop: Any, in_thread: Callable[..., threading.Thread]) -> None:
        self.loop = loop
        self.in_thread = in_thread
        self.counts: Counter[str] = Counter()
        self.kept: list[Any] = []

    def use(self, resume: bridge.Resume, failed: bool = False) -> None:
        self.counts["used"] += 1
        try:
            resume.error(Fault()) if failed else resume.result("value")
        except bridge.AlreadyResumed:
            self.counts["refused"] += 1

    def begin(self, how: str, resume: bridge.Resume) -> None:
        self.counts["begun"] += 1
        if how == "now":
            self.use(resume)
        elif how in ("soon", "error"):
            self.loop.call_soon(self.use, resume, how == "error")
        elif how == "thread":
            self.in_thread(self.use, resume)
        elif how == "finalizer":
            self.loop.call_soon(Finalized(self.use, resume).forget)
        elif how == "twice":
            self.loop.call_soon(self.use, resume)
            self.in_thread(self.use, resume, True)
        elif how == "raise":
            self.loop.call_soon(self.use, resume)
            raise Fault
        elif how == "dropped later":
            self.loop.call_soon(lambda resume: None, resume)
        elif how == "dropped in a thread":
            self.in_thread(lambda resume: None, resume)


class Finalized:
    """Uses a resume when it dies."""

    def __init__(self, use: Any, resume: bridge.Resume) -> None:
        self.parts = [use, resume]

    def forget(self) -> None:
        """The handle that calls this is the last to hold it."""

    def __del__(self) -> None:
        use, resume = self.parts
        use(resume)


async def end_of(task: Any, cancel_at: int | None) -> str:
    """What came of the task, which is cancelled after so many turns."""
    for turn in range(4):
        if turn == cancel_at:
            task.cancel()
        await asyncio.sleep(0)
    done, _ = await asyncio.wait([task], timeout=20)
    assert done, "it hangs"
    if task.cancelled():
        return "cancelled"
    return type(task.exception()).__name__ if task.exception() else "delivered"


async def test_callbacks(aio: ModuleType, in_thread: Any, ignored: Any) -> None:
    loop, random = asyncio.get_running_loop(), Random(SEED)
    user, ends = User(loop, in_thread), Counter[str]()

    async def wait(how: str) -> Any:
        return await bridge.suspend(lambda resume: user.begin(how, resume))

    for _ in range(CALLBACK_ROUNDS):
        task = loop.create_task(wait(random.choice(USES)))
        ends[await end_of(task, random.choice(STEPS))] += 1
        del task
    await asyncio.sleep(0.01)
    for _ in range(5):
        gc.collect()
        await asyncio.sleep(0)
    carried = ends["delivered"] + user.counts["refused"] + ignored().resumes
    faults = ends["Fault"]
    assert sum(ends.values()) == CALLBACK_ROUNDS
    assert set(ends) <= {"delivered", "Fault", "LostCallback", "cancelled"}
    assert min(ends["delivered"], ends["LostCallback"], ends["cancelled"], faults) > 0
    assert 0 <= user.counts["used"] - carried <= faults  # a fault came by a use, or start() raised it


async def test_threads(aio: ModuleType, ignored: Any, reports: Any) -> None:
    loop, random, limiter = asyncio.get_running_loop(), Random(SEED), bridge.CapacityLimiter(3)
    ends, counts = Counter[str](), Counter[str]()

    async def answer() -> str:
        await asyncio.sleep(0)
        return "answer"

    def work(how: str) -> str:
        if how == "raises":
            counts["raised"] += 1
            raise Fault
        if how == "listens":
            for _ in range(20):
                bridge.check_cancelled()
                threading.Event().wait(0.0001)
        elif how == "is deaf":
            threading.Event().wait(0.001)
        elif how == "calls the loop":
            assert from_thread.run(answer) == "answer"
            from_thread.call(loop.time)
        counts["returned"] += 1
        return how

    async def wait(how: str, abandon: bool) -> Any:
        return await bridge.thread(work, how, limiter=limiter, abandon_on_cancel=abandon)

    for _ in range(THREAD_ROUNDS):
        task = loop.create_task(wait(random.choice(WORK), random.random() < 0.5))
        ends[await end_of(task, random.choice(STEPS))] += 1
    for _ in range(3):  # all of them: what was abandoned has ended
        await limiter.acquire()
    for _ in range(3):
        await bridge.thread(int)
    assert sum(ends.values()) == THREAD_ROUNDS
    assert set(ends) <= {"delivered", "Fault", "cancelled"}
    assert counts["returned"] == ends["delivered"] + ignored().results
    assert counts["raised"] == ends["Fault"] + len(reports)
    assert min(ends["delivered"], ends["cancelled"], ends["Fault"]) > 0


async def test_events_and_iterators(aio: ModuleType, in_thread: Any, ignored: Any) -> None:
    random, sent, received = Random(SEED), 0, 0

    async def read(iterator: Any, most: int) -> int:
        count = 0
        try:
            async with iterator:
                while count < most:
                    await anext(iterator)
                    count += 1
        except (Fault, StopAsyncIteration):
            pass
        return count

    for _ in range(EVENT_ROUNDS // 2):
        items, most = random.randrange(8), random.randrange(8)

        def make(items: int = items, fails: bool = random.random() < 0.5) -> Any:
            yield from range(items)
            if fails:
                raise Fault

        assert await read(bridge.async_iter_in_thread(make, read_ahead=3), most) == min(items, most)
    before = ignored().events  # what was read ahead in vain
    for _ in range(EVENT_ROUNDS // 2):
        items, most = random.randrange(8), random.randrange(8)
        emits: list[Any] = []
        events = bridge.events(emits.append, lambda emit: None, buffer=2, overflow="wait")

        def send(emits: list[Any] = emits, items: int = items, fails: bool = random.random() < 0.5) -> None:
            for item in range(items):
                emits[0](item)
            emits[0].error(Fault()) if fails else emits[0].end()

        sent += items
        thread = in_thread(send)
        received += await read(events, most)
        await asyncio.get_running_loop().run_in_executor(None, thread.join)
    assert sent == received + ignored().events - before


def test_portals(aio: ModuleType, in_thread: Any) -> None:
    random = Random(SEED)
    for _ in range(PORTAL_ROUNDS):
        portal, ends = bridge.Portal(loop_factory=aio.new_event_loop).start(), Counter[str]()
        entered = threading.Event()

        async def work(turns: int, entered: threading.Event = entered) -> str:
            entered.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            return "delivered"

        def call(turns: int, portal: bridge.Portal = portal, ends: Counter[str] = ends) -> None:
            try:
                ends[portal.call(work, turns)] += 1
            except bridge.PortalStopped:
                ends["stopped"] += 1

        futures = [portal.submit(work, random.choice((0, 1, 10**9))) for _ in range(3)]
        threads = [in_thread(call, random.choice((0, 1, 10**9))) for _ in range(2)]
        if random.random() < 0.7:
            assert entered.wait(20)
        portal.stop(cancel_remaining=True)
        for thread in threads:
            thread.join(20)
        for future in futures:
            error = future.exception(0)
            ends["delivered" if error is None else "stopped"] += 1
            assert error is None or type(error) is bridge.PortalStopped
        assert sum(ends.values()) == 5, "an item is missing"


@pytest.mark.parametrize("how", ["signal", "finalizer", "exit"])
def test_faults_of_a_whole_program(run_script: Any, how: str) -> None:
    """A callback in the midst of anything: a flood of signals, of collections, and the end of the interpreter."""
    ended = run_script(
        f"""
        import asyncio, gc, os, signal, threading
        from plait import bridge

        how = {how!r}
        """
        """
        kept = []

        async def by_signal(loop):
            def start(resume):
                signal.signal(signal.SIGUSR1, lambda *_: resume.result("value"))
                threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1)).start()
            return await bridge.suspend(start)

        async def by_finalizer(loop):
            finalized = threading.Event()
            class Cycle:
                def __init__(self, resume):
                    self.resume, self.me = resume, self
                def __del__(self):
                    finalized.set()
                    self.resume.result("value")
            def collect():
                while not finalized.is_set():
                    gc.collect()  # which does nothing while another thread collects
            def start(resume):
                Cycle(resume)
                threading.Thread(target=collect).start()
            return await bridge.suspend(start)

        async def main():
            loop = asyncio.get_running_loop()
            keep_turning = loop.create_task(turning())
            for _ in range(20):
                if how == "exit":
                    waiting = loop.create_task(forever())
                    await asyncio.sleep(0)
                else:
                    try:
                        value = await (by_signal if how == "signal" else by_finalizer)(loop)
                        assert value == "value"
                    except bridge.LostCallback:  # the resume is of the same garbage, and may be finalized first
                        assert how == "finalizer"
            print("done")

        async def forever():
            await bridge.suspend(kept.append)

        async def turning():
            while True:
                await asyncio.sleep(0.001)

        aio.run(main())
        """
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
