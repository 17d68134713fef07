"""Whose loops asyncio makes when plait is installed before, after or around another loop's policy."""

import asyncio
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import plait

HAS_POLICIES = sys.version_info < (3, 14)


class OtherLoop(asyncio.SelectorEventLoop):
    pass


with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    _DefaultEventLoopPolicy = asyncio.DefaultEventLoopPolicy


class OtherPolicy(_DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return OtherLoop()


def set_policy(policy: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop_policy(policy)


def get_policy() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return asyncio.get_event_loop_policy()


@pytest.fixture(autouse=True)
def all_as_before() -> Iterator[None]:
    policy = get_policy()
    yield
    plait.uninstall()
    set_policy(policy)
    asyncio.set_event_loop(None)


def loop_class() -> type:
    async def main() -> type:
        return type(asyncio.get_running_loop())

    found = asyncio.run(main())
    loop = asyncio.new_event_loop()
    loop.close()
    assert type(loop) is found
    return found


def test_installed_after_another_policy_plait_wins_and_gives_it_back() -> None:
    other = OtherPolicy()
    set_policy(other)
    plait.install()
    assert loop_class() is plait.EventLoop
    plait.uninstall()
    assert get_policy() is other
    assert loop_class() is OtherLoop


def test_policy_that_is_set_after_install_wins_until_the_next_install() -> None:
    before = get_policy()
    plait.install()
    set_policy(OtherPolicy())
    assert loop_class() is OtherLoop
    plait.install()
    assert loop_class() is plait.EventLoop
    plait.uninstall()
    if HAS_POLICIES:
        assert get_policy() is before


def test_policy_that_is_set_after_install_outlives_uninstall() -> None:
    plait.install()
    other = OtherPolicy()
    set_policy(other)
    plait.uninstall()
    assert get_policy() is other
    assert loop_class() is OtherLoop


def test_policy_without_loops_per_thread_can_stand_before() -> None:
    class Own(asyncio.AbstractEventLoopPolicy if HAS_POLICIES else asyncio.events._AbstractEventLoopPolicy):  # type: ignore[misc]
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return OtherLoop()

        def set_event_loop(self, loop: Any) -> None: ...

    set_policy(Own())
    plait.install()
    assert loop_class() is plait.EventLoop
    plait.uninstall()
    assert loop_class() is OtherLoop


def test_current_loop_of_a_thread_stays_across_install_and_uninstall() -> None:
    first, second = asyncio.SelectorEventLoop(), plait.new_event_loop()
    asyncio.set_event_loop(first)
    plait.install()
    assert asyncio.get_event_loop() is first
    asyncio.set_event_loop(second)
    plait.uninstall()
    assert asyncio.get_event_loop() is second
    for loop in (first, second):
        loop.close()


@pytest.mark.skipif(not HAS_POLICIES, reason="from 3.14 on get_event_loop makes no loop")
def test_get_event_loop_makes_plaits_loop() -> None:
    set_policy(None)
    plait.install()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        loop = asyncio.get_event_loop()
    assert type(loop) is plait.EventLoop
    loop.close()


def test_install_in_a_thread_counts_everywhere() -> None:
    thread = threading.Thread(target=plait.install)
    thread.start()
    thread.join()
    assert loop_class() is plait.EventLoop


def test_install_within_a_running_loop_counts_for_the_next() -> None:
    async def main() -> tuple[type, type]:
        plait.install()
        loop = type(asyncio.get_running_loop())
        await asyncio.gather(asyncio.sleep(0), asyncio.create_task(asyncio.sleep(0)))
        return loop, await asyncio.to_thread(loop_class)

    with asyncio.Runner(loop_factory=OtherLoop) as runner:
        assert runner.run(main()) == (OtherLoop, plait.EventLoop)
    assert loop_class() is plait.EventLoop


def test_resetting_the_policy_is_the_programs_choice() -> None:
    plait.install()
    set_policy(None)
    assert loop_class() is (asyncio.SelectorEventLoop if HAS_POLICIES else plait.EventLoop)
