"""call_soon and its handles: first in first out, one batch after another, failures reported and nothing stopped."""

import gc
import sys
import weakref

import pytest


def run_once(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_callbacks_run_in_the_order_they_were_scheduled(loop):
    trace = []
    for number in range(100):
        loop.call_soon(trace.append, number)
    run_once(loop)
    assert trace == list(range(100))


def test_a_callback_is_called_once_with_its_arguments(loop):
    trace = []
    loop.call_soon(lambda *args: trace.append(args))
    loop.call_soon(lambda *args: trace.append(args), 1)
    loop.call_soon(lambda *args: trace.append(args), 1, "two", None)
    run_once(loop)
    run_once(loop)
    assert trace == [(), (1,), (1, "two", None)]


def test_what_a_callback_schedules_runs_after_everything_that_was_scheduled_before(loop):
    trace = []

    def first():
        trace.append("first")
        loop.call_soon(trace.append, "third")

    loop.call_soon(first)
    loop.call_soon(trace.append, "second")
    run_once(loop)
    run_once(loop)
    assert trace == ["first", "second", "third"]


def test_what_a_callback_schedules_waits_for_the_next_turn(loop):
    turns = []

    def again(number):
        turns.append(number)
        if number < 3:
            loop.call_soon(again, number + 1)

    loop.call_soon(again, 0)
    for expected in range(4):
        loop.stop()
        loop.run_forever()
        assert turns == list(range(expected + 1))


def test_callbacks_and_tasks_share_one_order(aio):
    trace = []

    async def body(name):
        trace.append(name)

    async def main():
        loop = aio.get_running_loop()
        loop.call_soon(trace.append, "callback 1")
        first = aio.create_task(body("task 1"))
        loop.call_soon(trace.append, "callback 2")
        second = aio.create_task(body("task 2"))
        await aio.gather(first, second)

    aio.run(main())
    assert trace == ["callback 1", "task 1", "callback 2", "task 2"]


def test_builtin_functions_bound_methods_and_callable_objects(loop):
    class Callable:
        def __call__(self, value):
            trace.append(("object", value))

        def method(self, value):
            trace.append(("method", value))

    trace = []
    loop.call_soon(Callable(), 1)
    loop.call_soon(Callable().method, 2)
    loop.call_soon(trace.append, "builtin")
    run_once(loop)
    assert trace == [("object", 1), ("method", 2), "builtin"]


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe"])
def test_a_cancelled_callback_does_not_run(aio, loop, method):
    trace = []
    handle = getattr(loop, method)(trace.append, "never")
    assert isinstance(handle, aio.Handle)
    assert not handle.cancelled()
    handle.cancel()
    handle.cancel()
    assert handle.cancelled()
    run_once(loop)
    assert trace == []


def test_a_callback_may_cancel_another_of_its_batch(loop):
    trace = []
    loop.call_soon(lambda: handle.cancel())
    handle = loop.call_soon(trace.append, "never")
    loop.call_soon(trace.append, "after")
    run_once(loop)
    assert trace == ["after"]


def test_a_callback_may_cancel_itself(loop):
    trace = []

    def callback():
        handle.cancel()
        trace.append("ran")

    handle = loop.call_soon(callback)
    run_once(loop)
    assert trace == ["ran"]
    assert handle.cancelled()


def test_cancelling_after_the_call_changes_nothing(loop):
    trace = []
    handle = loop.call_soon(trace.append, "ran")
    run_once(loop)
    handle.cancel()
    assert handle.cancelled()
    assert trace == ["ran"]


class Marker:
    def method(self):
        pass


@pytest.mark.parametrize("schedule", ["call_soon", "call_later"])
def test_cancelling_frees_callback_and_arguments_at_once(loop, schedule):
    marker, argument = Marker(), Marker()
    references = [weakref.ref(marker), weakref.ref(argument)]
    first = [3600] if schedule == "call_later" else []
    handle = getattr(loop, schedule)(*first, marker.method, argument)
    del marker, argument
    assert all(reference() for reference in references)
    handle.cancel()
    assert not any(reference() for reference in references)


def test_a_callback_is_freed_after_its_call(loop):
    marker = Marker()
    reference = weakref.ref(marker)
    loop.call_soon(marker.method)
    del marker
    run_once(loop)
    run_once(loop)
    assert reference() is None


@pytest.mark.stock_since(3, 12)
def test_a_handle_knows_its_context(loop):
    import contextvars

    context = contextvars.copy_context()
    handle = loop.call_soon(print, context=context)
    assert handle.get_context() is context
    handle.cancel()


def test_repr_tells_the_callback_and_the_state(loop):
    handle = loop.call_soon(run_once, loop)
    assert "run_once" in repr(handle)
    handle.cancel()
    assert "cancelled" in repr(handle)


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
def test_a_failing_callback_is_reported_and_the_rest_runs(loop, reports, method):
    trace = []

    def failing():
        trace.append("failing")
        raise ValueError("mine")

    first = [0] if method in ("call_later", "call_at") else []
    getattr(loop, method)(*first, failing)
    getattr(loop, method)(*first, trace.append, "rest")
    while len(trace) < 2:
        run_once(loop)
    assert sorted(trace) == ["failing", "rest"]
    assert reports.exceptions == ["ValueError('mine')"]
    assert "failing" in reports[0]["message"]
    assert "failing" in repr(reports[0]["handle"])


def test_base_exceptions_other_than_interrupts_are_reported_too(loop, reports):
    class Own(BaseException):
        pass

    def failing():
        raise Own

    loop.call_soon(failing)
    run_once(loop)
    assert reports.exceptions == ["Own()"]


def test_a_wrong_number_of_arguments_is_reported(loop, reports):
    loop.call_soon(lambda: None, "one too many")
    run_once(loop)
    assert "TypeError" in reports.exceptions[0]


def test_a_finaliser_that_fails_stops_nothing(loop, monkeypatch):
    class Failing:
        def __del__(self):
            raise ValueError("in __del__")

        def method(self):
            trace.append("called")

    seen, trace = [], []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(repr(unraisable.exc_value)))
    loop.call_soon(Failing().method)
    loop.call_soon(trace.append, "rest")
    run_once(loop)
    run_once(loop)
    gc.collect()
    assert trace == ["called", "rest"]
    assert seen == ["ValueError('in __del__')"]


def test_many_callbacks(loop):
    count = 0

    def one():
        nonlocal count
        count += 1

    for _ in range(100_000):
        loop.call_soon(one)
    run_once(loop)
    assert count == 100_000
