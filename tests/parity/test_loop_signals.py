"""Signal handlers run as callbacks of the loop, wake it, and are given back when it closes."""

import os
import signal
import threading

import pytest

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="the platform has no user signals")


@pytest.fixture(autouse=True)
def dispositions_as_before():
    yield
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.set_wakeup_fd(-1) == -1


def turn(loop, count=3):
    for _ in range(count):
        loop.stop()
        loop.run_forever()


def test_a_handler_is_called_with_its_arguments(loop):
    trace = []
    loop.add_signal_handler(signal.SIGUSR1, lambda *args: trace.append(args), 1, "two")
    signal.raise_signal(signal.SIGUSR1)
    assert trace == []
    turn(loop)
    assert trace == [(1, "two")]


def test_a_signal_wakes_a_sleeping_loop(loop):
    loop.add_signal_handler(signal.SIGUSR1, loop.stop)
    thread = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGUSR1))
    thread.start()
    loop.run_forever()
    thread.join()


def test_a_handler_may_settle_futures(aio):
    async def main():
        loop = aio.get_running_loop()
        fut = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, fut.set_result, "signalled")
        loop.call_soon(signal.raise_signal, signal.SIGUSR1)
        return await fut

    assert aio.run(main()) == "signalled"


def test_adding_again_replaces(loop):
    trace = []
    loop.add_signal_handler(signal.SIGUSR1, trace.append, "first")
    loop.add_signal_handler(signal.SIGUSR1, trace.append, "second")
    signal.raise_signal(signal.SIGUSR1)
    turn(loop)
    assert trace == ["second"]


def test_each_signal_has_its_own_handler(loop):
    trace = []
    loop.add_signal_handler(signal.SIGUSR1, trace.append, 1)
    loop.add_signal_handler(signal.SIGUSR2, trace.append, 2)
    signal.raise_signal(signal.SIGUSR2)
    signal.raise_signal(signal.SIGUSR1)
    turn(loop)
    assert sorted(trace) == [1, 2]


def test_remove_restores_the_default(loop):
    loop.add_signal_handler(signal.SIGUSR1, print)
    assert loop.remove_signal_handler(signal.SIGUSR1) is True
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
    assert loop.remove_signal_handler(signal.SIGUSR1) is False


def test_remove_of_one_leaves_the_other(loop):
    trace = []
    loop.add_signal_handler(signal.SIGUSR1, print)
    loop.add_signal_handler(signal.SIGUSR2, trace.append, "kept")
    loop.remove_signal_handler(signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR2)
    turn(loop)
    assert trace == ["kept"]


def test_a_handler_removed_after_the_signal_is_not_called(loop):
    trace = []

    def first():
        loop.remove_signal_handler(signal.SIGUSR2)

    loop.add_signal_handler(signal.SIGUSR1, first)
    loop.add_signal_handler(signal.SIGUSR2, trace.append, "never")
    signal.raise_signal(signal.SIGUSR1)
    turn(loop)
    assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL
    assert trace == []


def test_close_removes_every_handler(loop):
    loop.add_signal_handler(signal.SIGUSR1, print)
    loop.add_signal_handler(signal.SIGUSR2, print)
    loop.close()
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_a_failing_handler_is_reported_and_stays(loop, reports):
    trace = []

    def failing():
        trace.append("called")
        raise ValueError("in the handler")

    loop.add_signal_handler(signal.SIGUSR1, failing)
    for _ in range(2):
        signal.raise_signal(signal.SIGUSR1)
        turn(loop)
    assert trace == ["called", "called"]
    assert reports.exceptions == ["ValueError('in the handler')"] * 2


def test_a_handler_for_ctrl_c_replaces_the_runners(aio):
    async def main():
        loop = aio.get_running_loop()
        fut = loop.create_future()
        loop.add_signal_handler(signal.SIGINT, fut.set_result, "handled")
        loop.call_soon(signal.raise_signal, signal.SIGINT)
        result = await fut
        loop.remove_signal_handler(signal.SIGINT)
        return result

    assert aio.run(main()) == "handled"


def test_ctrl_c_without_a_runner_is_a_keyboard_interrupt_and_leaves_the_loop_usable(aio, loop):
    fut = loop.create_future()
    loop.call_soon(signal.raise_signal, signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(fut)
    loop.call_soon(fut.set_result, "usable")
    assert loop.run_until_complete(fut) == "usable"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_signal_that_cannot_be_caught_is_a_runtime_error(loop, number):
    with pytest.raises(RuntimeError, match="cannot be caught"):
        loop.add_signal_handler(number, print)


@pytest.mark.parametrize(
    ("bad", "error"), [("SIGUSR1", TypeError), (None, TypeError), (-1, ValueError), (999, ValueError)]
)
@pytest.mark.parametrize("method", ["add_signal_handler", "remove_signal_handler"])
def test_what_is_no_signal_is_refused(loop, method, bad, error):
    with pytest.raises(error):
        getattr(loop, method)(bad, *([print] if method == "add_signal_handler" else []))


def test_a_coroutine_function_is_a_type_error(loop):
    async def handler():
        pass

    with pytest.raises(TypeError):
        loop.add_signal_handler(signal.SIGUSR1, handler)


def test_adding_outside_the_main_thread_is_refused(loop):
    caught = []

    def add():
        try:
            loop.add_signal_handler(signal.SIGUSR1, print)
        except (ValueError, RuntimeError) as error:
            caught.append(error)

    thread = threading.Thread(target=add)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_a_closed_loop_is_a_runtime_error(loop):
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.add_signal_handler(signal.SIGUSR1, print)


def test_a_flood_of_signals_calls_the_handler_and_ends(loop):
    trace = []
    loop.add_signal_handler(signal.SIGUSR1, trace.append, 1)
    for _ in range(100):
        signal.raise_signal(signal.SIGUSR1)
    turn(loop, 10)
    assert 1 <= len(trace) <= 100


def test_a_child_that_ends_does_not_disturb_the_loop(run_script):
    done = run_script("""
        import subprocess, sys, signal
        async def main():
            loop = aio.get_running_loop()
            ended = loop.create_future()
            loop.add_signal_handler(signal.SIGCHLD, lambda: ended.done() or ended.set_result(None))
            child = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
            await ended
            print(await aio.to_thread(child.wait))
            loop.remove_signal_handler(signal.SIGCHLD)
        aio.run(main())
    """)
    assert (done.stdout, done.stderr) == ("3\n", "")


def test_a_forked_child_may_run_a_loop_of_its_own(run_script):
    done = run_script("""
        import os
        async def value():
            await aio.sleep(0)
            return 5
        assert aio.run(value()) == 5
        child = os.fork()
        if not child:
            os._exit(aio.run(value()))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """)
    assert (done.stdout, done.stderr) == ("5\n", "")
