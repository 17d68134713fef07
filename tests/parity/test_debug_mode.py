"""Debug mode: switched on in four ways; finds wrong threads, slow callbacks, and where things were made."""

import gc
import logging
import threading

import pytest


@pytest.fixture
def debug_loop(loop):
    loop.set_debug(True)
    loop.slow_callback_duration = 3600
    return loop


def run_once(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_set_debug_and_get_debug(loop):
    assert loop.get_debug() is False
    loop.set_debug(True)
    assert loop.get_debug() is True
    loop.set_debug(False)
    assert loop.get_debug() is False


@pytest.mark.parametrize("how", ["environment", "-Xdev", "argument", "neither"])
def test_ways_to_switch_it_on(run_script, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    argument = "debug=True" if how == "argument" else ""
    done = run_script(
        f"""
        async def main():
            print(aio.get_running_loop().get_debug())
        aio.run(main(), {argument})
        """,
        *(["-Xdev"] if how == "-Xdev" else []),
    )
    assert done.stdout == f"{how != 'neither'}\n"


@pytest.mark.parametrize("method", ["call_soon", "call_later", "call_at"])
def test_the_wrong_thread_is_a_runtime_error(debug_loop, method):
    caught = []

    def call_from_here():
        try:
            getattr(debug_loop, method)(*([] if method == "call_soon" else [0]), print)
        except RuntimeError as error:
            caught.append(str(error))
        debug_loop.call_soon_threadsafe(debug_loop.stop)

    thread = threading.Thread(target=call_from_here)
    debug_loop.call_soon(thread.start)
    debug_loop.run_forever()
    thread.join()
    assert len(caught) == 1
    assert "Non-thread-safe operation" in caught[0]


@pytest.mark.plait_only("the message names the fix")
def test_the_wrong_thread_is_told_the_right_call(debug_loop):
    caught = []

    def call_from_here():
        try:
            debug_loop.call_soon(print)
        except RuntimeError as error:
            caught.append(str(error))
        debug_loop.call_soon_threadsafe(debug_loop.stop)

    thread = threading.Thread(target=call_from_here)
    debug_loop.call_soon(thread.start)
    debug_loop.run_forever()
    thread.join()
    assert "call_soon_threadsafe" in caught[0]


def test_call_soon_threadsafe_is_right_in_every_thread(debug_loop):
    thread = threading.Thread(target=debug_loop.call_soon_threadsafe, args=(debug_loop.stop,))
    debug_loop.call_soon(thread.start)
    debug_loop.run_forever()
    thread.join()


@pytest.mark.parametrize("method", ["call_soon", "call_later", "call_at", "call_soon_threadsafe"])
def test_what_is_not_callable_is_a_type_error(debug_loop, method):
    first = [0] if method in ("call_later", "call_at") else []
    with pytest.raises(TypeError, match="callable"):
        getattr(debug_loop, method)(*first, "callback")


@pytest.mark.parametrize("method", ["call_soon", "call_later", "call_at", "call_soon_threadsafe"])
def test_coroutine_functions_as_callbacks_are_a_type_error(debug_loop, method):
    async def coroutine():
        pass

    first = [0] if method in ("call_later", "call_at") else []
    with pytest.raises(TypeError, match="coroutine"):
        getattr(debug_loop, method)(*first, coroutine)


async def coroutine_function():
    pass


def test_coroutine_functions_in_an_executor_are_a_type_error(debug_loop):
    with pytest.raises(TypeError, match="coroutine"):
        debug_loop.run_in_executor(None, coroutine_function)


def test_slow_callbacks_are_logged(loop, caplog):
    loop.set_debug(True)
    assert loop.slow_callback_duration == 0.1
    loop.slow_callback_duration = 0.0

    def named_slowly():
        pass

    with caplog.at_level(logging.WARNING):
        loop.call_soon(named_slowly)
        run_once(loop)
    assert any("named_slowly" in text and "took" in text for text in caplog.messages)


def test_slow_steps_of_tasks_are_logged(aio, loop, caplog):
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0

    async def slow_body():
        pass

    with caplog.at_level(logging.WARNING):
        loop.run_until_complete(slow_body())
    assert any("slow_body" in text and "took" in text for text in caplog.messages)


def test_quick_callbacks_are_not_logged(debug_loop, caplog):
    with caplog.at_level(logging.WARNING):
        run_once(debug_loop)
    assert not any("took" in text for text in caplog.messages)


def test_reports_tell_where_the_callback_was_scheduled(debug_loop, reports):
    def failing():
        raise ValueError

    def scheduling_here():
        debug_loop.call_soon(failing)

    scheduling_here()
    run_once(debug_loop)
    assert any(frame.name == "scheduling_here" for frame in reports[0]["source_traceback"])


def test_reports_tell_where_a_lost_task_was_created(aio, debug_loop, reports):
    async def failing():
        raise ValueError

    async def creating_here():
        task = aio.create_task(failing())
        await aio.sleep(0)
        await aio.sleep(0)
        del task

    debug_loop.run_until_complete(creating_here())
    gc.collect()
    assert any(frame.name == "creating_here" for frame in reports[0]["source_traceback"])


def test_repr_tells_where_things_were_created(aio, debug_loop):
    fut = debug_loop.create_future()
    handle = debug_loop.call_soon(print)
    assert "created at" in repr(fut)
    assert "created at" in repr(handle)
    handle.cancel()


def test_a_coroutine_never_awaited_tells_where_it_was_created(run_script):
    done = run_script("""
        async def forgotten():
            pass
        def creating_here():
            forgotten()
        async def main():
            creating_here()
        aio.run(main(), debug=True)
    """)
    assert "coroutine 'forgotten' was never awaited" in done.stderr
    assert "Coroutine created at (most recent call last)" in done.stderr
    assert "in creating_here" in done.stderr


def test_programs_run_as_ever(aio):
    async def main():
        lock, queue = aio.Lock(), aio.Queue(1)

        async def worker(number):
            async with lock:
                await queue.put(number)

        async with aio.TaskGroup() as group:
            for number in range(3):
                group.create_task(worker(number))
            taken = [await queue.get() for _ in range(3)]
        async with aio.timeout(3600):
            await aio.sleep(0.001)
        await aio.to_thread(abs, 1)
        return taken

    assert aio.run(main(), debug=True) == [0, 1, 2]
