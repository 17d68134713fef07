"""Random programs of nested blocks that cancel, time out, fail and clean up, without a race between tasks.

Where a failure cancels tasks, those wait for ever, so that it does not matter how many turns the news takes; what a
task sees is then promised, and its trace is compared. Traces are kept by task: their order among each other is free.
"""

from types import ModuleType
from typing import Any

from hypothesis import strategies as st

Node = tuple[Any, ...]
Body = list[Node]


class Failure(Exception):
    """What the programs raise."""


# What a task that waits for ever does when it is cancelled.
ENDINGS = ("obeys", "fails", "cleans up", "refuses")

LEAVES = [("step",), ("step",), ("step",), ("cancel self",), ("cancel self",), ("uncancel",), ("fail",), ("return",)]

# Blocks within blocks: enough for every pair of kinds to meet with something between them.
DEPTH = 3


def programs() -> st.SearchStrategy[Body]:
    """Bodies of a main task."""
    bodies = st.lists(st.sampled_from(LEAVES), max_size=2)
    for _ in range(DEPTH):
        bodies = st.lists(nodes(bodies), min_size=1, max_size=3)
    return bodies


def nodes(bodies: st.SearchStrategy[Body]) -> st.SearchStrategy[Node]:
    ending, when = st.sampled_from(ENDINGS), st.sampled_from(["expired", "expired", "never", "none"])
    return st.one_of(
        st.sampled_from(LEAVES),
        st.tuples(st.just("catch"), bodies),
        st.tuples(st.just("finally"), bodies, bodies),
        st.tuples(st.just("timeout"), when, bodies),
        st.tuples(st.just("wait_for"), when, bodies),
        st.tuples(st.sampled_from(["shield", "task"]), bodies),
        st.tuples(st.just("gather"), st.lists(bodies, max_size=3), st.booleans()),
        st.tuples(st.just("group"), st.lists(bodies, max_size=3), bodies),
        st.tuples(st.just("failing group"), st.lists(ending, max_size=2), st.integers(1, 2), st.booleans()),
    )


class Return(Exception):
    """Leaves the body of a task early."""


class Machine:
    """Runs one program on one implementation."""

    def __init__(self, aio: ModuleType) -> None:
        self.aio = aio
        self.traces: dict[str, list[Any]] = {}
        self.tasks: list[Any] = []

    async def run(self, program: Body) -> dict[str, list[Any]]:
        """What each task saw, by the task's place in the program."""
        self.aio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        main = self.spawn(self.root("main", program))
        while any(not task.done() for task in self.tasks):
            await self.aio.wait(self.tasks)
        self.traces["outcome"] = [outcome(main), main.cancelling()]
        return self.traces

    def spawn(self, coro: Any) -> Any:
        self.tasks.append(self.aio.create_task(coro))
        return self.tasks[-1]

    async def root(self, name: str, body: Body) -> str:
        """The coroutine of a task."""
        self.note(name, "start")
        try:
            await self.body(name, body)
        except Return:
            pass
        finally:
            self.note(name, "end", self.aio.current_task().cancelling())
        return name

    async def contained(self, name: str, body: Body) -> None:
        """The coroutine of a task that ends well, whatever comes up in it."""
        try:
            await self.root(name, body)
        except (Exception, self.aio.CancelledError) as error:
            self.note(name, "contained", kind(error))
        while self.aio.current_task().uncancel():
            pass

    async def body(self, name: str, body: Body) -> None:
        for number, (operation, *arguments) in enumerate(body):
            await getattr(self, "do_" + operation.replace(" ", "_"))(f"{name}.{number}", *arguments)

    def note(self, name: str, *what: Any) -> None:
        self.traces.setdefault(name, []).append(what)

    def count(self, name: str, *what: Any) -> None:
        self.note(name, *what, self.aio.current_task().cancelling())

    # The operations.

    async def do_step(self, name: str) -> None:
        await self.aio.sleep(0)
        self.note(name, "step")

    async def do_cancel_self(self, name: str) -> None:
        self.note(name, "cancel self", self.aio.current_task().cancel(name))

    async def do_uncancel(self, name: str) -> None:
        self.note(name, "uncancel", self.aio.current_task().uncancel())

    async def do_fail(self, name: str) -> None:
        raise Failure(name)

    async def do_return(self, name: str) -> None:
        raise Return

    async def do_catch(self, name: str, body: Body) -> None:
        try:
            await self.body(name, body)
        except BaseException as error:
            self.count(name, "caught", kind(error))

    async def do_finally(self, name: str, body: Body, cleanup: Body) -> None:
        try:
            await self.body(name, body)
        finally:
            self.count(name, "cleaning up")
            await self.body(name + "!", cleanup)

    async def do_timeout(self, name: str, when: str, body: Body) -> None:
        try:
            async with self.aio.timeout(DELAYS[when]) as block:
                await self.body(name, body)
        finally:
            self.count(name, "timeout over", block.expired())

    async def do_wait_for(self, name: str, when: str, body: Body) -> None:
        try:
            self.note(name, await self.aio.wait_for(self.root(name + "w", body), DELAYS[when]))
        finally:
            self.count(name, "wait_for over")

    async def do_shield(self, name: str, body: Body) -> None:
        await self.awaited(name, self.aio.shield(self.spawn(self.root(name + "s", body))))

    async def do_task(self, name: str, body: Body) -> None:
        await self.awaited(name, self.spawn(self.root(name + "t", body)))

    async def do_gather(self, name: str, bodies: list[Body], return_exceptions: bool) -> None:
        children = []
        for number, body in enumerate(bodies):
            # Of two children that fail, the first to do so is raised: whose failure that is, nobody promises.
            run = self.root if number == 0 or return_exceptions else self.contained
            children.append(self.spawn(run(f"{name}g{number}", body)))
        await self.awaited(name, self.aio.gather(*children, return_exceptions=return_exceptions))

    async def awaited(self, name: str, future: Any) -> None:
        try:
            result = await future
            self.note(name, [kind(each) for each in result] if isinstance(result, list) else result)
        finally:
            self.count(name, "await over")

    async def do_group(self, name: str, bodies: list[Body], own: Body) -> None:
        try:
            async with self.aio.TaskGroup() as group:
                for number, body in enumerate(bodies):
                    self.tasks.append(group.create_task(self.contained(f"{name}c{number}", body)))
                if not bodies:  # A failure here cancels the children, which must not be under way.
                    await self.body(name, own)
        finally:
            self.count(name, "group over")

    async def do_failing_group(self, name: str, endings: list[str], failures: int, inside: bool) -> None:
        try:
            async with self.aio.TaskGroup() as group:
                for number, ending in enumerate(endings):
                    self.tasks.append(group.create_task(self.forever(f"{name}f{number}", ending)))
                for number in range(failures):
                    self.tasks.append(group.create_task(self.do_fail(f"{name}x{number}")))
                if inside:
                    await self.forever(name + "i", "obeys")
        finally:
            self.count(name, "failing group over")

    async def forever(self, name: str, ending: str) -> None:
        try:
            await self.aio.get_running_loop().create_future()
        except self.aio.CancelledError:
            self.count(name, "cancelled")
            if ending == "cleans up":
                await self.aio.sleep(0)
            elif ending == "fails":
                raise Failure(name) from None
            elif ending == "refuses":
                return
            raise


DELAYS = {"expired": -1, "never": 3600, "none": None}


def kind(thing: Any) -> Any:
    """What a result or an exception is, without what implementations may say differently."""
    if isinstance(thing, BaseExceptionGroup):
        return sorted(map(kind, thing.exceptions), key=str)
    if isinstance(thing, Failure):
        return str(thing)
    return type(thing).__name__ if isinstance(thing, BaseException) else thing


def outcome(task: Any) -> Any:
    if task.cancelled():
        return "cancelled"
    return kind(task.exception() or task.result())
