"""Runs a case once under a plan, among strangers, and says what was done that should not have been."""

import asyncio
import contextlib
import gc
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ownership.cases import CASES
from ownership.faults import InjectedError, Plan
from ownership.strangers import Strangers, StrangeThread, TrespassError, open_descriptors
from ownership.world import Peer, World

# Seconds a case may take before it counts as hung.
PATIENCE = 4.0

# Seconds until what was abandoned must be closed: it may take some turns of the loop, and an end of the peer.
CLOSING_SECONDS = 1.0

# More awaits than any set-up has, and the number of one that never comes.
MOST_AWAITS = 200
NEVER = 1_000_000


def trials(aio: ModuleType, name: str, kind: str, peer: Peer, folder: Path) -> Iterator[str]:
    """The complaints of a fault of this kind at each await in turn, until the case has no more of them."""
    for number in range(MOST_AWAITS):
        place = folder / str(number)
        place.mkdir(parents=True)
        trial = Trial(aio, name, kind, number)
        trial.run(peer, place)
        for complaint in trial.complaints:
            yield f"{kind} at await {number}, {trial.plan.where or 'none'}: {complaint}"
        if not trial.plan.has_struck:
            return
    yield f"more than {MOST_AWAITS} awaits"


class Trial:
    """A case with one fault; `complaints` tells what went wrong."""

    def __init__(self, aio: ModuleType, name: str, kind: str, number: int) -> None:
        self.aio = aio
        self.name = name
        self.complaints: list[str] = []
        self.strangers = Strangers()
        self.plan = Plan(kind, number, self.between)

    def run(self, peer: Peer, folder: Path) -> None:
        thread, helpers = StrangeThread(), children()
        with self.noted_warnings(), self.aio.Runner() as runner:
            thread.start()
            try:
                runner.get_loop().set_task_factory(self.make_task)
                runner.get_loop().set_exception_handler(self.note_report)
                runner.run(self.conduct(peer, folder, thread))
            finally:
                thread.stop()
                self.check_strangers()
                self.strangers.close()
        if thread.complaint:
            self.complaints.append(thread.complaint)
        self.check_children(helpers)

    async def conduct(self, peer: Peer, folder: Path, thread: StrangeThread) -> None:
        world = World(self.aio, peer, self.plan, folder)
        before = open_descriptors()
        task = asyncio.ensure_future(CASES[self.name](world))
        await asyncio.wait([task], timeout=PATIENCE)
        self.judge(task)
        await asyncio.wait([task], timeout=CLOSING_SECONDS)
        thread.stop()
        await self.check_leaks(before)

    def judge(self, task: "asyncio.Task[None]") -> None:
        if not task.done():
            self.complaints.append("hangs")
            task.cancel()
        elif task.cancelled():
            if not self.plan.kind.startswith("cancel"):
                self.complaints.append("cancelled by nobody")
        elif error := task.exception():
            if not is_injected(error):
                self.complaints.append(f"raises {error!r}")
        elif self.plan.hit_subject and self.plan.kind.startswith("cancel"):
            self.complaints.append("swallows the cancellation")

    async def check_leaks(self, before: dict[int, str]) -> None:
        """What is open now was open before, or is somebody else's; without the help of the garbage collector."""
        end = time.monotonic() + CLOSING_SECONDS
        while (leaked := self.leaked(before)) and time.monotonic() < end:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.002)
        if leaked:
            self.complaints.append(f"leaves open {leaked}")
        gc.collect()

    def leaked(self, before: dict[int, str]) -> dict[int, str]:
        strange = self.strangers.numbers()
        return {
            number: what
            for number, what in open_descriptors().items()
            if number not in strange and before.get(number) != what
        }

    def between(self) -> None:
        """After each step: whoever closes a number again, or still uses it, meets a stranger."""
        self.check_strangers()
        self.strangers.take_free_numbers()

    def check_strangers(self) -> None:
        try:
            self.strangers.check()
        except TrespassError as error:
            if str(error) not in self.complaints:
                self.complaints.append(str(error))

    def check_children(self, helpers: list[str]) -> None:
        """No child is left, neither running nor a zombie; but those from before, as the peer and helpers of multiprocessing."""
        end = time.monotonic() + CLOSING_SECONDS
        while (left := [child for child in children() if child not in helpers]) and time.monotonic() < end:
            time.sleep(0.002)
        for child in left:
            self.complaints.append(f"leaves a child: {child}")
            with contextlib.suppress(OSError):
                os.kill(int(child.split()[0]), 9)
                os.waitpid(int(child.split()[0]), 0)

    def make_task(self, loop: Any, coro: Any, **options: Any) -> Any:
        if self.plan.is_armed:
            coro = self.plan.step(coro)
        return self.aio.Task(coro, loop=loop, **options)

    def note_report(self, loop: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None or not (is_injected(error) or isinstance(error, asyncio.CancelledError)):
            self.complaints.append(f"reports {context['message']}: {error!r}")

    @contextlib.contextmanager
    def noted_warnings(self) -> Iterator[None]:
        """ResourceWarnings and what is raised where nobody hears it."""
        hook = sys.unraisablehook
        sys.unraisablehook = lambda event: self.complaints.append(f"raises unheard: {event.exc_value!r}")
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                yield
                gc.collect()
        finally:
            sys.unraisablehook = hook
        self.complaints += [f"warns: {warning.message}" for warning in caught]


def is_injected(error: BaseException) -> bool:
    """Itself, or among others that a function tells of together."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_injected, error.exceptions))
    return isinstance(error, InjectedError) or (isinstance(error, OSError) and "injected" in str(error))


def children() -> list[str]:
    """The processes that this one started, by number and name."""
    own = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    found = [(number, Path(f"/proc/{number}/cmdline")) for number in own]
    return [f"{number} {path.read_text().replace(chr(0), ' ')}" for number, path in found if path.exists()]
