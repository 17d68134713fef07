"""run_in_executor and the default executor: work in threads, brought back, and waited for at the end."""

import concurrent.futures
import threading

import pytest


async def test_the_result_comes_back(aio):
    assert await aio.get_running_loop().run_in_executor(None, pow, 2, 10) == 1024


async def test_the_exception_comes_back(aio):
    with pytest.raises(ZeroDivisionError):
        await aio.get_running_loop().run_in_executor(None, divmod, 1, 0)


async def test_base_exceptions_come_back(aio):
    class Own(BaseException):
        pass

    def failing():
        raise Own

    with pytest.raises(Own):
        await aio.get_running_loop().run_in_executor(None, failing)


@pytest.mark.stock_since(3, 13)
async def test_stop_iteration_comes_back_as_a_runtime_error(aio):
    with pytest.raises(RuntimeError, match="StopIteration"):
        await aio.get_running_loop().run_in_executor(None, next, iter(()))


async def test_the_work_starts_without_an_await(aio):
    started, gate = threading.Event(), threading.Event()

    def work():
        started.set()
        gate.wait()

    fut = aio.get_running_loop().run_in_executor(None, work)
    assert aio.isfuture(fut)
    assert started.wait(10)
    assert not fut.done()
    gate.set()
    await fut


async def test_a_given_executor_is_used(aio):
    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="own") as executor:
        name = await aio.get_running_loop().run_in_executor(executor, lambda: threading.current_thread().name)
    assert name.startswith("own")


async def test_any_object_with_submit_will_do(aio):
    class Immediate:
        def submit(self, function, *args):
            future = concurrent.futures.Future()
            future.set_result(function(*args))
            return future

    assert await aio.get_running_loop().run_in_executor(Immediate(), abs, -1) == 1


def test_a_process_pool_may_be_used(run_script):
    done = run_script("""
        import concurrent.futures, multiprocessing
        async def main():
            context = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
                print(await aio.get_running_loop().run_in_executor(pool, pow, 2, 10))
        if __name__ == "__main__":
            aio.run(main())
    """)
    assert (done.stdout, done.stderr) == ("1024\n", "")


async def test_set_default_executor_is_used_from_then_on(aio):
    loop = aio.get_running_loop()
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="default"))
    name = await loop.run_in_executor(None, lambda: threading.current_thread().name)
    assert name.startswith("default")
    assert (await aio.to_thread(lambda: threading.current_thread().name)).startswith("default")


@pytest.mark.parametrize("bad", [None, object(), print])
async def test_a_default_executor_that_is_none_is_a_type_error(aio, bad):
    with pytest.raises(TypeError, match="ThreadPoolExecutor"):
        aio.get_running_loop().set_default_executor(bad)


async def test_cancelled_work_that_has_not_begun_never_begins(aio):
    gate, trace = threading.Event(), []
    loop = aio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        busy = loop.run_in_executor(executor, gate.wait)
        queued = loop.run_in_executor(executor, trace.append, "never")
        queued.cancel()
        await aio.sleep(0)
        gate.set()
        await busy
    with pytest.raises(aio.CancelledError):
        await queued
    assert trace == []


async def test_cancelled_work_that_has_begun_goes_on_and_its_result_is_dropped(aio):
    gate, started, trace = threading.Event(), threading.Event(), []

    def work():
        started.set()
        gate.wait()
        trace.append("finished")

    fut = aio.get_running_loop().run_in_executor(None, work)
    started.wait()
    fut.cancel()
    gate.set()
    with pytest.raises(aio.CancelledError):
        await fut
    await aio.get_running_loop().shutdown_default_executor()
    assert trace == ["finished"]


async def test_shutdown_default_executor_waits_for_the_work(aio):
    gate, trace = threading.Event(), []
    loop = aio.get_running_loop()

    def work():
        gate.wait()
        trace.append("worked")

    fut = loop.run_in_executor(None, work)
    loop.call_soon(gate.set)
    await loop.shutdown_default_executor()
    assert trace == ["worked"]
    await fut


async def test_shutdown_default_executor_without_one_returns_at_once(aio):
    await aio.get_running_loop().shutdown_default_executor()
    await aio.get_running_loop().shutdown_default_executor()


@pytest.mark.parametrize("used", [False, True])
async def test_work_after_the_shutdown_is_a_runtime_error(aio, used):
    loop = aio.get_running_loop()
    if used:
        await loop.run_in_executor(None, abs, 1)
    await loop.shutdown_default_executor()
    with pytest.raises(RuntimeError, match="shutdown"):
        await loop.run_in_executor(None, abs, 1)


@pytest.mark.stock_since(3, 13)
async def test_a_shutdown_with_a_timeout_warns_and_goes_on(aio):
    gate = threading.Event()
    loop = aio.get_running_loop()
    fut = loop.run_in_executor(None, gate.wait)
    with pytest.warns(RuntimeWarning, match="did not finish"):
        await loop.shutdown_default_executor(timeout=0.001)
    gate.set()
    assert await fut is True


def test_many_threads_bring_their_results_at_once(aio):
    async def main():
        barrier = threading.Barrier(8)
        loop = aio.get_running_loop()
        with concurrent.futures.ThreadPoolExecutor(8) as executor:
            return await aio.gather(*(loop.run_in_executor(executor, barrier.wait) for _ in range(8)))

    assert sorted(aio.run(main())) == list(range(8))


def test_a_closed_loop_is_a_runtime_error(loop):
    loop.close()
    with pytest.raises(RuntimeError, match=r"closed|shutdown"):
        loop.run_in_executor(None, print)


def test_results_for_a_loop_that_has_closed_are_dropped(aio, loop):
    gate, finished = threading.Event(), threading.Event()

    def work():
        gate.wait()
        finished.set()

    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        loop.run_in_executor(executor, work)
        loop.stop()
        loop.run_forever()
        loop.close()
        gate.set()
    assert finished.is_set()


async def test_a_thread_that_the_system_refuses_is_no_lasting_harm(aio, monkeypatch):
    """Neither for the jobs after it nor for who waits for the threads to end."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    loop = aio.get_running_loop()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        for _ in range(100):  # more than there may be threads
            with pytest.raises(RuntimeError, match="can't start new thread"):
                await loop.run_in_executor(None, int)
    assert await loop.run_in_executor(None, pow, 2, 10) == 1024
    await loop.shutdown_default_executor()


@pytest.mark.plait_only("the threads that there are do the work")
async def test_a_thread_that_the_system_refuses_is_not_missed_where_there_are_others(aio, monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    def wait():
        begun.release()
        going_on.wait(20)

    loop = aio.get_running_loop()
    begun, going_on = threading.Semaphore(0), threading.Event()
    first = loop.run_in_executor(None, wait)
    begun.acquire()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        second = loop.run_in_executor(None, pow, 2, 10)
    going_on.set()
    await first
    assert await second == 1024
