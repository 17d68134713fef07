"""The injector finds what it is for: set-up functions that close twice, forget to close, or use what is not theirs."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ownership import cases
from ownership.trial import trials
from ownership.world import Peer, World


async def wait(world: World) -> None:
    await asyncio.sleep(0)


async def forgets_to_close(world: World) -> None:
    number = os.dup(0)
    await wait(world)
    os.close(number)


async def closes_twice(world: World) -> None:
    number = os.dup(0)
    try:
        await wait(world)
    finally:
        os.close(number)
        await wait(world)
        os.close(number)


async def writes_after_closing(world: World) -> None:
    near, far = socket.socketpair()
    number = near.fileno()
    near.close()
    far.close()
    await wait(world)
    os.write(number, b"secret")


async def keeps_the_cancellation(world: World) -> None:
    try:
        await wait(world)
    except asyncio.CancelledError:
        return


async def never_ends(world: World) -> None:
    try:
        await wait(world)
    except (asyncio.CancelledError, OSError):
        await asyncio.sleep(100)


async def leaves_a_child(world: World) -> None:
    child = start_child()
    await wait(world)
    end_child(child)


def start_child() -> int:
    return os.posix_spawnp("sleep", ["sleep", "60"], os.environ)


def end_child(child: int) -> None:
    os.kill(child, 9)
    os.waitpid(child, 0)


async def does_well(world: World) -> None:
    number = os.dup(0)
    try:
        await wait(world)
        await wait(world)
    finally:
        os.close(number)


Body = Callable[[World], Awaitable[None]]


def complaints_of(body: Body, kind: str, monkeypatch: pytest.MonkeyPatch, peer: Peer, folder: Path) -> str:
    async def case(world: World) -> None:
        await world.subject(body(world))  # type: ignore[arg-type]

    monkeypatch.setitem(cases.CASES, body.__name__, case)
    return "\n".join(trials(asyncio, body.__name__, kind, peer, folder))


@pytest.mark.parametrize("kind", ["cancel", "cancel late", "cancel again", "raise"])
@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (forgets_to_close, "leaves open"),
        (closes_twice, "closed by somebody who had closed it before"),
        (writes_after_closing, "somebody wrote b's' to a descriptor of another"),
        (leaves_a_child, "leaves a child"),
    ],
)
def test_it_finds(
    body: Body, complaint: str, kind: str, monkeypatch: pytest.MonkeyPatch, peer: Peer, folder: Path
) -> None:
    tries = (folder / f"try {number}" for number in range(5))  # a freed number may stay free
    assert any(complaint in complaints_of(body, kind, monkeypatch, peer, place) for place in tries)


def test_it_finds_a_swallowed_cancellation(monkeypatch: pytest.MonkeyPatch, peer: Peer, folder: Path) -> None:
    assert "swallows" in complaints_of(keeps_the_cancellation, "cancel", monkeypatch, peer, folder)


def test_it_finds_what_hangs(monkeypatch: pytest.MonkeyPatch, peer: Peer, folder: Path) -> None:
    monkeypatch.setattr("ownership.trial.PATIENCE", 0.1)
    assert "hangs" in complaints_of(never_ends, "cancel", monkeypatch, peer, folder)


@pytest.mark.parametrize("kind", ["cancel", "cancel late", "cancel again", "raise"])
def test_it_has_nothing_to_say(kind: str, monkeypatch: pytest.MonkeyPatch, peer: Peer, folder: Path) -> None:
    assert complaints_of(does_well, kind, monkeypatch, peer, folder) == ""
