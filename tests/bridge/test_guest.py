"""plait's loop as the guest of Tk (on a virtual screen) and of Qt (off screen): each test is a program of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PATIENCE = 60  # seconds after which a program counts as hung

TK = """
import tkinter
root = tkinter.Tk()
from plait.bridge.guest import run_in_tk as run_in
host, later, close = root, lambda ms, call: root.after(ms, call), root.destroy
"""

QT = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
host = QApplication([])
window = QWidget()
window.show()
from plait.bridge.guest import run_in_qt as run_in
later, close = lambda ms, call: QTimer.singleShot(ms, call), window.close
"""


@pytest.fixture(params=("tk", "qt"))
def start(request: pytest.FixtureRequest) -> list[str]:
    """The command that runs a program with this host."""
    if request.param == "tk":
        if importlib.util.find_spec("_tkinter") is None:
            pytest.skip("this Python was built without Tk")
        if shutil.which("xvfb-run") is None:
            pytest.skip("needs xvfb-run")
        return ["xvfb-run", "-a", sys.executable, "-c", TK]
    if importlib.util.find_spec("PySide6") is None:
        pytest.skip("needs PySide6")
    return [sys.executable, "-c", QT]


def said(start: list[str], program: str) -> str:
    command = [*start[:-1], start[-1] + textwrap.dedent(program)]
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_windows_timers_threads_and_sockets_are_served_together(start: list[str]) -> None:
    program = """
        import asyncio, plait, socket, threading
        async def main():
            ticks, loop = [], asyncio.get_running_loop()
            def tick():
                ticks.append(None)
                later(1, tick)
            later(1, tick)
            await plait.sleep(0.05)
            assert ticks
            here, there = socket.socketpair()
            here.setblocking(False)
            threading.Timer(0.02, there.send, [b"x"]).start()
            assert await loop.sock_recv(here, 1) == b"x"
            event = plait.Event()
            threading.Timer(0.02, event.sync.set).start()
            await event.wait()
            assert await plait.to_thread(lambda: 5) == 5
            made = loop.create_future()
            later(1, lambda: asyncio.create_task(finish(made)))
            assert await made == "from a handler"
            here.close(); there.close()
            return "done"
        async def finish(future):
            await plait.sleep(0)
            future.set_result("from a handler")
        print(run_in(main(), host))
    """
    assert said(start, program) == "done\n"


def test_a_busy_loop_leaves_windows_responsive(start: list[str]) -> None:
    program = """
        import plait
        async def main():
            ticks = []
            def tick():
                ticks.append(None)
                later(1, tick)
            later(1, tick)
            while len(ticks) < 5:
                await plait.sleep(0)
        run_in(main(), host)
        print("responsive")
    """
    assert said(start, program) == "responsive\n"


def test_exceptions_come_out_and_closing_the_window_cancels(start: list[str]) -> None:
    program = """
        import asyncio, plait
        async def fail():
            await plait.sleep(0.001)
            raise ZeroDivisionError
        try:
            run_in(fail(), host)
        except ZeroDivisionError:
            print("failed")
        async def wait():
            later(5, close)
            try:
                await plait.sleep(60)
            finally:
                print("cleaned up")
        try:
            run_in(wait(), host)
        except asyncio.CancelledError:
            print("cancelled")
    """
    assert said(start, program) == "failed\ncleaned up\ncancelled\n"


def test_ctrl_c_reaches_a_sleeping_guest(start: list[str]) -> None:
    program = """
        import os, plait, signal, threading
        async def wait():
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            await plait.sleep(60)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            run_in(wait(), host)
        except KeyboardInterrupt:
            print("interrupted")
    """
    assert said(start, program) == "interrupted\n"


def test_the_example_with_downloads_in_a_window() -> None:
    if importlib.util.find_spec("_tkinter") is None or shutil.which("xvfb-run") is None:
        pytest.skip("needs Tk and xvfb-run")
    example = Path(__file__).parents[2] / "examples" / "bridge" / "downloads_in_a_window.py"
    output = said(["xvfb-run", "-a", sys.executable, "-c", ""], example.read_text(encoding="utf-8"))
    assert output == "3 files, 61440 bytes, the bar at 100 %\n"
