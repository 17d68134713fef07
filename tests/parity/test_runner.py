"""run and Runner: a loop made, used and finished; what is cancelled and closed at the end; Ctrl+C."""

import asyncio
import contextlib
import gc
import signal
import threading

import pytest


async def value(result):
    return result


def test_run_returns_the_result(aio):
    assert aio.run(value("result")) == "result"


def test_run_raises_the_exception(aio):
    async def failing():
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        aio.run(failing())


def test_run_closes_its_loop(aio):
    async def main():
        return aio.get_running_loop()

    loop = aio.run(main())
    assert loop.is_closed()
    assert not loop.is_running()


def test_run_makes_a_new_loop_each_time(aio):
    async def main():
        loops.append(aio.get_running_loop())

    loops = []
    aio.run(main())
    aio.run(main())
    assert loops[0] is not loops[1]


@pytest.mark.stock_since(3, 14)
def test_run_takes_any_awaitable(aio):
    class Awaitable:
        def __await__(self):
            yield from aio.sleep(0).__await__()
            return "awaited"

    assert aio.run(Awaitable()) == "awaited"


@pytest.mark.stock_since(3, 12)
def test_run_takes_a_loop_factory(aio):
    made = []

    def factory():
        made.append(aio.new_event_loop())
        return made[-1]

    async def main():
        return aio.get_running_loop()

    assert aio.run(main(), loop_factory=factory) is made[0]
    assert made[0].is_closed()


@pytest.mark.parametrize("debug", [True, False])
def test_run_sets_debug_mode(aio, debug):
    async def main():
        return aio.get_running_loop().get_debug()

    assert aio.run(main(), debug=debug) is debug


def test_run_cancels_the_tasks_that_are_left_and_lets_them_clean_up(aio):
    trace = []

    async def left():
        try:
            await aio.get_running_loop().create_future()
        finally:
            await aio.sleep(0)
            trace.append("cleaned up")

    async def main():
        tasks.extend(aio.create_task(left()) for _ in range(3))
        await aio.sleep(0)
        return "done"

    tasks = []
    assert aio.run(main()) == "done"
    assert trace == ["cleaned up"] * 3
    assert all(task.cancelled() for task in tasks)


def test_run_cancels_what_is_left_after_a_failure_too(aio):
    async def left():
        await aio.get_running_loop().create_future()

    async def main():
        tasks.append(aio.create_task(left()))
        await aio.sleep(0)
        raise ValueError("mine")

    tasks = []
    with pytest.raises(ValueError, match="mine"):
        aio.run(main())
    assert tasks[0].cancelled()


def test_a_failing_clean_up_of_a_task_that_is_left_is_reported(aio, reports):
    async def left():
        try:
            await aio.get_running_loop().create_future()
        finally:
            raise ValueError("in clean-up")

    async def main():
        aio.get_running_loop().set_exception_handler(reports.record)
        tasks.append(aio.create_task(left()))
        await aio.sleep(0)

    tasks = []
    aio.run(main())
    assert reports.exceptions == ["ValueError('in clean-up')"]


def test_run_finishes_async_generators(aio):
    trace = []

    async def generator():
        try:
            yield 1
        finally:
            await aio.sleep(0)
            trace.append("finished")

    async def main():
        generators.append(generator())
        return await anext(generators[0])

    generators = []
    assert aio.run(main()) == 1
    assert trace == ["finished"]


def test_run_waits_for_its_threads(aio):
    trace, gate = [], threading.Event()

    def work():
        gate.wait()
        trace.append("worked")

    async def main():
        aio.get_running_loop().run_in_executor(None, work)
        aio.get_running_loop().call_soon(gate.set)
        await aio.sleep(0)

    aio.run(main())
    assert trace == ["worked"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_run_raises_keyboard_interrupt_and_system_exit_and_cleans_up(aio, kind):
    trace = []

    async def left():
        try:
            await aio.get_running_loop().create_future()
        finally:
            await aio.sleep(0)
            trace.append("cleaned up")

    async def main():
        tasks.append(aio.create_task(left()))
        await aio.sleep(0)
        raise kind(3)

    tasks = []
    with pytest.raises(kind):
        aio.run(main())
    assert trace == ["cleaned up"]


def test_run_raises_a_cancellation_of_the_main_task(aio):
    async def main():
        aio.current_task().cancel("stop")
        await aio.sleep(0)

    with pytest.raises(aio.CancelledError, match="stop"):
        aio.run(main())


@pytest.mark.parametrize("bad", [1, None, print, "text"])
def test_run_of_what_is_not_awaitable_is_refused(aio, bad):
    with pytest.raises((TypeError, ValueError)):
        aio.run(bad)


@pytest.mark.stock_since(3, 14)
def test_run_of_a_coroutine_function_is_a_type_error(aio):
    with pytest.raises(TypeError):
        aio.run(value)


def test_a_runner_runs_several_mains_on_one_loop(aio):
    async def main():
        return aio.get_running_loop()

    with aio.Runner() as runner:
        assert runner.run(main()) is runner.run(main()) is runner.get_loop()
        assert not runner.get_loop().is_closed()
        loop = runner.get_loop()
    assert loop.is_closed()


def test_tasks_live_on_between_runs(aio):
    async def start():
        tasks.append(aio.create_task(aio.sleep(0, "later")))

    async def finish():
        return await tasks[0]

    tasks = []
    with aio.Runner() as runner:
        runner.run(start())
        assert runner.run(finish()) == "later"


def test_a_runner_goes_on_after_a_failure(aio):
    async def failing():
        raise ValueError

    with aio.Runner() as runner:
        with pytest.raises(ValueError):  # noqa: PT011
            runner.run(failing())
        assert runner.run(value(1)) == 1


def test_a_runner_may_be_used_without_with(aio):
    runner = aio.Runner()
    assert runner.run(value(1)) == 1
    runner.close()
    runner.close()


def test_close_of_a_runner_that_runs_is_a_runtime_error(aio):
    async def main():
        with pytest.raises(RuntimeError, match="Cannot close a running event loop"):
            runner.close()
        await aio.sleep(0)

    runner = aio.Runner()
    loop = runner.get_loop()
    stock_has_cancelled_it = pytest.raises(asyncio.CancelledError)
    with stock_has_cancelled_it if aio is asyncio else contextlib.nullcontext():
        runner.run(main())
    runner.close()
    loop.close()


def test_a_runner_that_is_closed_before_it_begins_still_can(aio):
    runner = aio.Runner()
    runner.close()
    assert runner.run(value(1)) == 1
    runner.close()


def test_a_closed_runner_is_a_runtime_error(aio):
    with aio.Runner() as used:
        used.get_loop()
    coro = value(1)
    with pytest.raises(RuntimeError, match="closed"):
        used.run(coro)
    with pytest.raises(RuntimeError, match="closed"):
        used.get_loop()
    coro.close()


def test_a_runner_that_never_ran_makes_no_loop(aio):
    made = []
    aio.Runner(loop_factory=lambda: made.append(1)).close()
    assert made == []


def test_a_runner_with_a_factory_and_debug(aio):
    made = []

    def factory():
        made.append(aio.new_event_loop())
        return made[-1]

    with aio.Runner(loop_factory=factory, debug=True) as runner:
        assert runner.get_loop() is made[0]
        assert made[0].get_debug()


def test_the_running_loop_is_set_during_run_only(aio):
    async def main():
        assert aio.get_running_loop() is asyncio.get_running_loop()
        assert aio.get_event_loop() is aio.get_running_loop()

    aio.run(main())
    with pytest.raises(RuntimeError, match="no running event loop"):
        aio.get_running_loop()


@pytest.mark.stock_since(3, 14)
def test_get_event_loop_without_one_is_a_runtime_error(aio):
    aio.run(value(1))
    with pytest.raises(RuntimeError, match="no current event loop"):
        aio.get_event_loop()


def test_set_event_loop_is_what_get_event_loop_gives(aio, loop):
    aio.set_event_loop(loop)
    try:
        assert aio.get_event_loop() is loop
    finally:
        aio.set_event_loop(None)


def test_the_current_loop_is_set_per_thread(aio, loop):
    seen = []

    def thread():
        try:
            seen.append(aio.get_event_loop())
        except RuntimeError as error:
            seen.append(type(error))

    aio.set_event_loop(loop)
    try:
        worker = threading.Thread(target=thread)
        worker.start()
        worker.join()
    finally:
        aio.set_event_loop(None)
    assert seen == [RuntimeError]


def test_run_works_in_any_thread(aio):
    results = []
    workers = [threading.Thread(target=lambda n=n: results.append(aio.run(value(n)))) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results) == [0, 1, 2]


def test_run_until_complete_takes_coroutines_and_futures(aio, loop):
    assert loop.run_until_complete(value(1)) == 1
    fut = loop.create_future()
    loop.call_soon(fut.set_result, 2)
    assert loop.run_until_complete(fut) == 2
    assert loop.run_until_complete(fut) == 2
    assert loop.run_until_complete(loop.create_task(value(3))) == 3


def test_run_until_complete_raises_the_exception(aio, loop):
    async def failing():
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        loop.run_until_complete(failing())


def test_stop_during_run_until_complete_is_a_runtime_error(aio, loop):
    async def main():
        loop.stop()
        await fut

    fut = loop.create_future()
    task = loop.create_task(main())
    with pytest.raises(RuntimeError, match="stopped before Future completed"):
        loop.run_until_complete(task)
    fut.set_result(None)
    loop.run_until_complete(task)


def test_run_forever_runs_until_stop(aio, loop):
    trace = []

    def step(number):
        trace.append(number)
        if number == 3:
            loop.stop()
        else:
            loop.call_soon(step, number + 1)

    loop.call_soon(step, 0)
    loop.run_forever()
    assert trace == [0, 1, 2, 3]


def test_stop_lets_what_was_scheduled_before_it_run_and_keeps_the_rest(aio, loop):
    trace = []

    def first():
        loop.stop()
        loop.call_soon(trace.append, "next run")
        trace.append("first")

    loop.call_soon(first)
    loop.call_soon(trace.append, "second")
    loop.run_forever()
    assert trace == ["first", "second"]
    loop.stop()
    loop.run_forever()
    assert trace == ["first", "second", "next run"]


def test_stop_before_running_makes_one_turn(aio, loop):
    trace = []
    loop.call_soon(trace.append, "ran")
    loop.stop()
    loop.run_forever()
    assert trace == ["ran"]


def test_is_running_and_is_closed(aio, loop):
    seen = []
    loop.call_soon(lambda: seen.append(loop.is_running()))
    loop.call_soon(loop.stop)
    assert not loop.is_running()
    loop.run_forever()
    assert seen == [True]
    assert not loop.is_running()
    assert not loop.is_closed()
    loop.close()
    assert loop.is_closed()
    loop.close()


def test_close_of_a_running_loop_is_a_runtime_error(aio):
    async def main():
        with pytest.raises(RuntimeError, match="running"):
            aio.get_running_loop().close()

    aio.run(main())


def test_close_drops_what_was_scheduled(aio, loop):
    trace = []
    loop.call_soon(trace.append, "never")
    loop.call_later(0, trace.append, "never")
    loop.close()
    gc.collect()
    assert trace == []


def test_an_unclosed_loop_warns(run_script):
    done = run_script("loop = aio.new_event_loop(); del loop; import gc; gc.collect()", "-Wdefault")
    assert "ResourceWarning: unclosed event loop" in done.stderr


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_loop_is_usable_after_an_interrupt_out_of_a_callback(aio, loop, kind):
    def interrupt():
        raise kind

    trace = []
    loop.call_soon(interrupt)
    loop.call_soon(trace.append, "the rest")
    with pytest.raises(kind):
        loop.run_forever()
    assert not loop.is_running()
    assert loop.run_until_complete(value("usable")) == "usable"
    assert trace == ["the rest"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_loop_is_usable_after_an_interrupt_out_of_a_task(aio, loop, kind):
    async def interrupting():
        await aio.sleep(0)
        raise kind

    async def other():
        await aio.sleep(0)
        await aio.sleep(0)
        return "finished"

    task, survivor = loop.create_task(interrupting()), loop.create_task(other())
    with pytest.raises(kind):
        loop.run_until_complete(survivor)
    assert task.done()
    assert isinstance(task.exception(), kind)
    assert loop.run_until_complete(survivor) == "finished"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_out_of_the_main_coroutine_is_not_reported_again(aio, loop, reports, kind):
    async def interrupting():
        raise kind

    with pytest.raises(kind):
        loop.run_until_complete(interrupting())
    gc.collect()
    assert reports == []


def test_ctrl_c_cancels_the_main_task_which_may_clean_up(aio):
    trace = []

    async def main():
        aio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        try:
            await aio.get_running_loop().create_future()
        except aio.CancelledError:
            trace.append("cancelled")
            await aio.sleep(0)
            trace.append("cleaned up")
            raise

    with pytest.raises(KeyboardInterrupt):
        aio.run(main())
    assert trace == ["cancelled", "cleaned up"]


def test_ctrl_c_ends_a_main_task_that_never_waits_for_long(aio):
    async def main():
        signal.raise_signal(signal.SIGINT)
        while True:
            await aio.sleep(0)

    with pytest.raises(KeyboardInterrupt):
        aio.run(main())


def test_ctrl_c_that_the_main_task_handles_is_no_keyboard_interrupt(aio):
    async def main():
        aio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        with contextlib.suppress(aio.CancelledError):
            await aio.get_running_loop().create_future()
        return "handled"

    assert aio.run(main()) == "handled"


def test_a_second_ctrl_c_interrupts_at_once(aio):
    trace = []

    async def main():
        loop = aio.get_running_loop()
        loop.call_soon(signal.raise_signal, signal.SIGINT)
        try:
            await loop.create_future()
        except aio.CancelledError:
            trace.append("first")
        signal.raise_signal(signal.SIGINT)
        trace.append("never")

    with pytest.raises(KeyboardInterrupt):
        aio.run(main())
    assert trace == ["first"]


def test_the_signal_handler_is_restored(aio):
    before = signal.getsignal(signal.SIGINT)

    async def main():
        return signal.getsignal(signal.SIGINT)

    during = aio.run(main())
    assert during is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_of_the_programs_own_is_left_alone(aio):
    def own(_signum, _frame):
        trace.append("own")

    async def main():
        signal.raise_signal(signal.SIGINT)
        await aio.sleep(0)
        return signal.getsignal(signal.SIGINT)

    trace = []
    before = signal.signal(signal.SIGINT, own)
    try:
        assert aio.run(main()) is own
    finally:
        signal.signal(signal.SIGINT, before)
    assert trace == ["own"]


def test_a_runner_is_usable_after_ctrl_c(aio):
    async def main():
        signal.raise_signal(signal.SIGINT)
        await aio.sleep(0)
        await aio.sleep(0)

    with aio.Runner() as runner:
        with pytest.raises(KeyboardInterrupt):
            runner.run(main())
        assert runner.run(value("again")) == "again"


SLEEPING_PROGRAM = """
    import os, signal, threading, time
    async def main():
        def interrupt():
            os.kill(os.getpid(), signal.SIGINT)
        aio.get_running_loop().call_soon(threading.Thread(target=interrupt).start)
        try:
            await aio.sleep(3600)
        finally:
            print("cleaned up", flush=True)
    aio.run(main())
"""


def test_ctrl_c_from_outside_ends_a_sleeping_program(run_script):
    done = run_script(SLEEPING_PROGRAM)
    assert done.stdout == "cleaned up\n"
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert done.returncode in (-signal.SIGINT, 128 + signal.SIGINT)


def test_a_second_ctrl_c_from_outside_ends_a_program_that_ignores_the_first(run_script):
    done = run_script("""
        import os, signal
        async def main():
            loop = aio.get_running_loop()
            loop.call_soon(os.kill, os.getpid(), signal.SIGINT)
            try:
                await aio.sleep(3600)
            except aio.CancelledError:
                print("ignored", flush=True)
            loop.call_soon(os.kill, os.getpid(), signal.SIGINT)
            await aio.sleep(3600)
        aio.run(main())
    """)
    assert done.stdout == "ignored\n"
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


def test_ctrl_c_interrupts_a_busy_coroutine_at_the_second_time(run_script):
    done = run_script("""
        import signal
        async def main():
            signal.raise_signal(signal.SIGINT)
            print("first", flush=True)
            signal.raise_signal(signal.SIGINT)
            print("never", flush=True)
        aio.run(main())
    """)
    assert done.stdout == "first\n"
    assert done.returncode != 0


def test_system_exit_gives_the_programs_exit_code(run_script):
    done = run_script("""
        import sys
        async def main():
            await aio.sleep(0)
            sys.exit(7)
        aio.run(main())
    """)
    assert done.returncode == 7
    assert done.stderr == ""


def test_a_coroutine_that_is_never_awaited_warns(run_script):
    done = run_script("""
        async def forgotten():
            pass
        async def main():
            forgotten()
        aio.run(main())
    """)
    assert "RuntimeWarning: coroutine 'forgotten' was never awaited" in done.stderr
    assert done.returncode == 0
