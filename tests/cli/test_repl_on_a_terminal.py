"""`plait repl` as a person uses it: Ctrl+C, Ctrl+D, Tab and the history."""

from pathlib import Path

import pytest

from .terminal import CTRL_C, CTRL_D, Terminal

START = ">>> import asyncio, plait\n>>> "
PROMPT = "\n>>> "


@pytest.fixture
def greeted(repl: Terminal) -> Terminal:
    repl.wait_for(START)
    return repl


def test_ctrl_c_cancels_the_running_await(greeted: Terminal) -> None:
    greeted.send("print('a' + 'b'); await asyncio.sleep(1000)\r")
    greeted.wait_for("ab")
    greeted.send(CTRL_C)
    shown = greeted.wait_for(PROMPT)
    assert shown.count("KeyboardInterrupt") == 1
    assert "Traceback" not in shown
    greeted.send("1 + 1\r")
    greeted.wait_for("\n2\n")


def test_ctrl_c_lets_the_await_clean_up(greeted: Terminal) -> None:
    for line in (
        "async def f():",
        "  try: print('a' + 'b'); await asyncio.sleep(1000)",
        "  finally: print('clean' + 'ed', await asyncio.sleep(0, 'up'))",
    ):
        greeted.send(f"{line}\r")
        greeted.wait_for("\n... ")
    greeted.send("\r")
    greeted.wait_for(PROMPT)
    greeted.send("await f()\r")
    greeted.wait_for("ab")
    greeted.send(CTRL_C)
    greeted.wait_for("cleaned up")
    greeted.wait_for("KeyboardInterrupt")


def test_ctrl_c_stops_code_that_does_not_await(greeted: Terminal) -> None:
    greeted.send("while print('o', end='') or True: pass\r")
    greeted.wait_for("\n... ")
    greeted.send("\r")
    greeted.wait_for("oo")
    greeted.send(CTRL_C)
    greeted.wait_for("KeyboardInterrupt")
    greeted.wait_for(PROMPT)
    greeted.send("1 + 1\r")
    greeted.wait_for("\n2\n")


def test_ctrl_c_drops_the_statement_that_is_typed(greeted: Terminal) -> None:
    greeted.send("if True:\r")
    greeted.wait_for("\n... ")
    greeted.send("  print('ne' + 'ver')\r")
    greeted.wait_for("\n... ")
    greeted.send(CTRL_C)
    greeted.wait_for(f"KeyboardInterrupt{PROMPT}")
    greeted.send("print('af' + 'ter')\r")
    assert "never" not in greeted.wait_for("after\n")


def test_ctrl_d_ends(greeted: Terminal) -> None:
    greeted.send(CTRL_D)
    assert greeted.wait_for_exit_code() == 0
    assert greeted.current_modes() == greeted.modes


def test_exit_in_a_background_task_leaves_the_terminal_as_it_was(greeted: Terminal) -> None:
    greeted.send("async def leave(): raise SystemExit(9)\r")
    greeted.wait_for("\n... ")
    greeted.send("\r")
    greeted.wait_for(PROMPT)
    greeted.send("_ = asyncio.get_running_loop().call_later(0.05, lambda: asyncio.create_task(leave()))\r")
    greeted.wait_for(PROMPT)
    assert greeted.wait_for_exit_code() == 9
    assert greeted.current_modes() == greeted.modes


def test_tab_completes_names(greeted: Terminal) -> None:
    pytest.importorskip("readline", reason="this Python was built without readline")
    greeted.send("a_long_name = 'fo' + 'und'\r")
    greeted.wait_for(PROMPT)
    greeted.send("a_lo\t\r")
    greeted.wait_for("'found'")


def test_history_outlives_the_session(greeted: Terminal, tmp_path: Path) -> None:
    pytest.importorskip("readline", reason="this Python was built without readline")
    greeted.send("'re' + 'membered'\r")
    greeted.wait_for(f"'remembered'{PROMPT}")
    greeted.send(CTRL_D)
    assert greeted.wait_for_exit_code() == 0
    assert "'re' + 'membered'" in (tmp_path / ".plait_history").read_text()
