"""Random programs of locks, semaphores, events, queues and cancels, conducted step by step so that nothing races.

Workers do one operation at a time. The conductor gives commands, lets everything settle, and notes what each worker
has seen and what state each primitive is in. Commands of one step come in one turn: there a wake-up and a
cancellation meet. At most one command of a step touches a primitive, besides cancels, so that the outcome is promised.
"""

import contextlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

WORKERS = 4
# Turns after which every chain of wake-ups among the workers has ended.
SETTLING_TURNS = 25

Command = tuple[Any, ...]

PRIMITIVES = ("lock", "semaphore", "event", "queue", "full queue", "barrier")

STARTS = [
    ("start", "acquire", "lock"),
    ("start", "acquire", "semaphore"),
    ("start", "wait", "event"),
    ("start", "get", "queue"),
    ("start", "get", "full queue"),
    ("start", "put", "full queue"),
    ("start", "join", "queue"),
    ("start", "wait", "barrier"),
]
ACTS = [
    ("act", "release", "lock"),
    ("act", "release", "semaphore"),
    ("act", "set", "event"),
    ("act", "clear", "event"),
    ("act", "put_nowait", "queue"),
    ("act", "get_nowait", "full queue"),
    ("act", "put_nowait", "full queue"),
    ("act", "task_done", "queue"),
]


def programs() -> st.SearchStrategy[list[list[Command]]]:
    """Programs: lists of steps, each a list of commands that come in one turn."""
    worker = st.integers(0, WORKERS - 1)
    within = st.sampled_from(["nothing", "timeout", "wait_for"])
    start = st.builds(lambda op, who, block: (*op, who, block), st.sampled_from(STARTS), worker, within)
    act = st.sampled_from(ACTS)
    cancel = st.builds(lambda who: ("cancel", None, None, who), worker)
    step = st.lists(st.one_of(start, start, act, act, cancel), min_size=1, max_size=3).map(one_touch_each)
    return st.lists(step, min_size=1, max_size=40)


def one_touch_each(commands: list[Command]) -> list[Command]:
    """Only the first command of a step for each primitive and for each worker."""
    kept, touched = [], set()
    for command in commands:
        kind, _, primitive, *rest = command
        touches = {primitive} if kind != "cancel" else set()
        touches |= {("worker", rest[0])} if rest else set()
        if not touches & touched:
            kept.append(command)
            touched |= touches
    return kept


@dataclass
class Worker:
    """One task that does what it is told, and what it saw."""

    command: Any = None
    task: Any = None
    busy: bool = False
    trace: list[Any] = field(default_factory=list)


class Conductor:
    """Runs one program on one implementation."""

    def __init__(self, aio: ModuleType) -> None:
        self.aio = aio
        self.next_item = 0
        self.notes: list[Any] = []
        self.primitives = {
            "lock": aio.Lock(),
            "semaphore": aio.Semaphore(2),
            "event": aio.Event(),
            "queue": aio.Queue(),
            "full queue": aio.Queue(1),
            "barrier": aio.Barrier(3),
        }

    async def run(self, program: list[list[Command]]) -> list[Any]:
        self.workers = [Worker() for _ in range(WORKERS)]
        for worker in self.workers:
            worker.command = self.aio.get_running_loop().create_future()
            worker.task = self.aio.create_task(self.work(worker))
        await self.settle()
        for step in program:
            for command in step:
                self.give(*command)
            await self.settle()
            self.notes.append(self.note())
        await self.dismiss()
        return self.notes

    async def settle(self) -> None:
        for _ in range(SETTLING_TURNS):
            await self.aio.sleep(0)

    async def dismiss(self) -> None:
        for worker in self.workers:
            worker.command = None
            worker.task.cancel()
        ended = await self.aio.gather(*(worker.task for worker in self.workers), return_exceptions=True)
        self.notes.append([type(end).__name__ for end in ended])

    # The commands.

    def give(self, kind: str, operation: str, name: str, who: int | None = None, within: str = "nothing") -> None:
        if kind == "act":
            self.act(operation, name)
        elif kind == "start":
            self.start(self.workers[who], operation, name, within)
        elif self.workers[who].busy:
            self.workers[who].task.cancel()

    def act(self, operation: str, name: str) -> None:
        primitive = self.primitives[name]
        arguments = [self.new_item()] if operation == "put_nowait" else []
        try:
            self.notes.append((operation, name, getattr(primitive, operation)(*arguments)))
        except (RuntimeError, ValueError, self.aio.QueueEmpty, self.aio.QueueFull) as error:
            self.notes.append((operation, name, type(error).__name__))

    def start(self, worker: Worker, operation: str, name: str, within: str) -> None:
        if not worker.busy:
            worker.busy = True
            worker.command.set_result((operation, name, within))

    def new_item(self) -> int:
        self.next_item += 1
        return self.next_item

    # The workers.

    async def work(self, worker: Worker) -> None:
        while True:
            operation, name, within = await worker.command
            try:
                worker.trace.append((operation, name, await self.operate(operation, name, within)))
            except self.aio.CancelledError:
                if worker.command is None:  # The program is over.
                    raise
                worker.trace.append((operation, name, "cancelled", worker.task.cancelling()))
                worker.task.uncancel()
            worker.command = self.aio.get_running_loop().create_future()
            worker.busy = False

    async def operate(self, operation: str, name: str, within: str) -> Any:
        method = getattr(self.primitives[name], operation)
        arguments = [self.new_item()] if operation == "put" else []
        if within == "wait_for":
            result = await self.aio.wait_for(method(*arguments), 3600)
        else:
            async with self.aio.timeout(3600) if within == "timeout" else contextlib.nullcontext():
                result = await method(*arguments)
        return "passed" if name == "barrier" else result

    # What is compared.

    def note(self) -> list[Any]:
        of_workers = [(worker.busy, list(worker.trace)) for worker in self.workers]
        states = [
            self.primitives["lock"].locked(),
            self.primitives["semaphore"].locked(),
            self.primitives["event"].is_set(),
            self.primitives["queue"].qsize(),
            self.primitives["full queue"].qsize(),
            self.primitives["barrier"].n_waiting,
        ]
        return [of_workers, states]
