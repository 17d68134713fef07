"""A Textual app, headless: keys, workers, timers, threads, screens that return a value."""

import asyncio
import threading
import time

import pytest
from textual import work
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label
from textual.worker import Worker, WorkerCancelled, WorkerState, get_current_worker

from .waiting import POLL_SECONDS, until
from .ways import Way


class Question(ModalScreen[bool]):
    BINDINGS = [("y", "answer", "yes")]  # noqa: RUF012 - Textual's form

    def compose(self) -> ComposeResult:
        yield Label("Sure?")

    def action_answer(self) -> None:
        self.dismiss(True)


class Program(App[str]):
    BINDINGS = [("f2", "ask", "ask"), ("f3", "count", "count"), ("f4", "stop", "stop")]  # noqa: RUF012 - Textual's form

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0
        self.cancelled = False
        self.counted: list[int] = []

    def compose(self) -> ComposeResult:
        yield Input(id="name")
        yield Button("Go", id="go")
        yield Label("", id="out")

    def on_mount(self) -> None:
        self.set_interval(0.005, self.tick)

    def tick(self) -> None:
        self.ticks += 1

    def on_button_pressed(self) -> None:
        self.show(f"hello {self.query_one(Input).value}")

    def show(self, text: str) -> None:
        self.query_one("#out", Label).update(text)

    @work
    async def action_ask(self) -> None:
        if await self.push_screen_wait(Question()):
            self.show("sure")

    @work(thread=True)
    def action_count(self) -> None:
        for number in range(5):
            self.call_from_thread(self.counted.append, number)

    @work(exclusive=True)
    async def wait(self) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    def action_stop(self) -> None:
        self.exit("done")


async def test_an_app(way: Way) -> None:
    app = Program()
    async with app.run_test() as pilot:
        assert way.is_right(asyncio.current_task())
        await pilot.click("#name")
        await pilot.press(*"you")
        await pilot.click("#go")
        await pilot.pause()
        assert str(app.query_one("#out", Label).content) == "hello you"
        await pilot.press("f2")
        await until(lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await until(lambda: str(app.query_one("#out", Label).content) == "sure")
        await pilot.press("f3")
        await until(lambda: app.counted == [0, 1, 2, 3, 4])
        await until(lambda: app.ticks >= 3)
        app.wait()
        await pilot.pause()
        app.workers.cancel_all()
        await until(lambda: app.cancelled)
        await pilot.press("f4")
        await pilot.pause()
    assert app.return_value == "done"


class Downloads(App[None]):
    """Its workers wait for the next part. What each came to is told by Textual's own messages."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: asyncio.Queue[str] = asyncio.Queue()
        self.got: list[str] = []
        self.ends: list[tuple[str, WorkerState]] = []
        self.thread_ended = threading.Event()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.is_finished:
            self.ends.append((event.worker.name, event.state))

    @work(exclusive=True, group="download")
    async def download(self) -> None:
        while True:
            self.got.append(await self.parts.get())

    @work(thread=True, group="thread")
    def download_in_a_thread(self) -> None:
        self.call_from_thread(self.got.append, "begun")
        while not get_current_worker().is_cancelled:
            time.sleep(POLL_SECONDS)
        self.thread_ended.set()


async def test_workers_cancelled_in_the_middle() -> None:
    app = Downloads()
    async with app.run_test() as pilot:
        first = app.download()
        app.parts.put_nowait("1")
        await until(lambda: app.got == ["1"])
        second = app.download()  # takes its place
        with pytest.raises(WorkerCancelled):
            await first.wait()
        app.parts.put_nowait("2")
        await until(lambda: app.got == ["1", "2"])
        second.cancel()
        await until(lambda: app.ends == [("download", WorkerState.CANCELLED)] * 2)
        app.parts.put_nowait("nobody takes it")
        await pilot.pause()
        assert app.got == ["1", "2"]

        app.download_in_a_thread()
        await until(lambda: app.got[2:] == ["begun"])
        app.workers.cancel_group(app, "thread")
        await until(app.thread_ended.is_set)
        await until(lambda: app.ends[2:] == [("download_in_a_thread", WorkerState.CANCELLED)])
        assert app.parts.get_nowait() == "nobody takes it"
        last = app.download()
        app.parts.put_nowait("3")
        await until(lambda: app.got[3:] == ["3"])
    assert last.state is WorkerState.CANCELLED  # with the app
