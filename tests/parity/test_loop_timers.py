"""call_later and call_at: never early, in the order of deadlines, cancelled for good."""

import math

import pytest


def run_until(loop, condition):
    """Turn the loop until `condition()`; it sleeps between timers as it does in any program."""

    def check():
        if condition():
            loop.stop()
        else:
            loop.call_later(0.0005, check)

    check()
    loop.run_forever()


def test_time_never_goes_back(loop):
    times = [loop.time() for _ in range(1000)]
    assert times == sorted(times)
    assert isinstance(times[0], float)


@pytest.mark.parametrize("delay", [0, 0.001, 0.0123])
def test_a_timer_does_not_fire_before_its_deadline(loop, delay):
    def fire():
        fired.append(loop.time())
        loop.stop()

    fired = []
    before = loop.time()
    loop.call_later(delay, fire)
    loop.run_forever()
    assert fired[0] >= before + delay


def test_timers_fire_in_the_order_of_their_deadlines(loop):
    trace, now = [], loop.time()
    for delay in (0.004, 0.001, 0.003, 0.002):
        loop.call_at(now + delay, trace.append, delay)
    run_until(loop, lambda: len(trace) == 4)
    assert trace == [0.001, 0.002, 0.003, 0.004]


def test_timers_that_are_long_due_still_fire_in_order(loop):
    trace, now = [], loop.time()
    for seconds_ago in (1, 3, 2):
        loop.call_at(now - seconds_ago, trace.append, seconds_ago)
    run_until(loop, lambda: len(trace) == 3)
    assert trace == [3, 2, 1]


@pytest.mark.parametrize("delay", [-1, -0.001, -math.inf])
def test_a_negative_delay_fires_in_the_next_turns(loop, delay):
    trace = []
    loop.call_later(delay, trace.append, "fired")
    for _ in range(3):
        loop.stop()
        loop.run_forever()
    assert trace == ["fired"]


def test_a_timer_fires_once_with_its_arguments(loop):
    trace = []
    loop.call_later(0, lambda *args: trace.append(args), 1, 2)
    run_until(loop, lambda: trace)
    for _ in range(3):
        loop.stop()
        loop.run_forever()
    assert trace == [(1, 2)]


def test_when_is_the_deadline(aio, loop):
    handle = loop.call_at(12345.5, print)
    assert isinstance(handle, aio.TimerHandle)
    assert isinstance(handle, aio.Handle)
    assert handle.when() == 12345.5
    before = loop.time()
    later = loop.call_later(100, print)
    assert before + 100 <= later.when() <= loop.time() + 100
    handle.cancel()
    later.cancel()


def test_timer_handles_compare_by_their_deadline(loop):
    early, late, same = loop.call_at(1.0, print), loop.call_at(2.0, print), loop.call_at(2.0, print)
    assert early < late
    assert late > early
    assert late <= same
    assert late >= same
    assert early != late
    for handle in (early, late, same):
        handle.cancel()


def test_a_cancelled_timer_does_not_fire(loop):
    trace = []
    handle = loop.call_later(0, trace.append, "never")
    other = loop.call_later(0.001, trace.append, "fired")
    handle.cancel()
    handle.cancel()
    assert handle.cancelled()
    assert not other.cancelled()
    run_until(loop, lambda: trace)
    assert trace == ["fired"]


def test_a_timer_may_cancel_another_that_is_due_in_the_same_turn(loop):
    trace, past = [], loop.time() - 1
    loop.call_at(past, lambda: second.cancel())
    second = loop.call_at(past + 0.5, trace.append, "never")
    for _ in range(3):
        loop.stop()
        loop.run_forever()
    assert trace == []


def test_cancelling_after_firing_changes_nothing(loop):
    trace = []
    handle = loop.call_later(0, trace.append, "fired")
    run_until(loop, lambda: trace)
    handle.cancel()
    loop.call_later(0, trace.append, "again")
    run_until(loop, lambda: len(trace) == 2)
    assert trace == ["fired", "again"]


def test_cancelling_most_of_many_timers_leaves_the_others_in_order(loop):
    trace, now = [], loop.time()
    handles = [loop.call_at(now - 2000 + number, trace.append, number) for number in range(1000)]
    for number, handle in enumerate(handles):
        if number % 10:
            handle.cancel()
    run_until(loop, lambda: len(trace) == 100)
    assert trace == list(range(0, 1000, 10))


def test_a_timer_may_start_the_next(loop):
    trace = []

    def tick(number):
        trace.append(number)
        if number < 4:
            loop.call_later(0.0005, tick, number + 1)
        else:
            loop.stop()

    loop.call_later(0.0005, tick, 0)
    loop.run_forever()
    assert trace == [0, 1, 2, 3, 4]


def test_a_timer_that_is_always_due_again_lets_callbacks_run(loop):
    trace = []

    def tick():
        trace.append("tick")
        loop.call_later(0, tick)

    loop.call_later(0, tick)
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(loop.stop)))
    loop.run_forever()
    assert trace.count("tick") < 10


def test_a_timer_starts_from_an_idle_loop(loop):
    """The loop sleeps for an hour's timer when another thread brings a nearer one."""
    import threading

    far = loop.call_later(3600, print)
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(loop.call_later, 0.001, loop.stop))
    thread.start()
    loop.run_forever()
    thread.join()
    far.cancel()


def test_a_deadline_at_the_end_of_time_does_not_fire(loop):
    trace = []
    handle = loop.call_later(math.inf, trace.append, "never")
    loop.call_later(0.001, loop.stop)
    loop.run_forever()
    handle.cancel()
    assert trace == []


def test_a_huge_delay_does_not_overflow(loop):
    handle = loop.call_later(10**10, print)
    loop.call_later(0.001, loop.stop)
    loop.run_forever()
    handle.cancel()


@pytest.mark.parametrize("method", ["call_later", "call_at"])
def test_no_time_is_a_type_error(loop, method):
    with pytest.raises(TypeError):
        getattr(loop, method)(None, print)


@pytest.mark.plait_only("a time that is no number is refused, and not left among the timers to break the loop")
@pytest.mark.parametrize("method", ["call_later", "call_at"])
@pytest.mark.parametrize("bad", ["1", [], object()])
def test_a_time_that_is_no_number_is_a_type_error(loop, method, bad):
    with pytest.raises(TypeError):
        getattr(loop, method)(bad, print)
    loop.call_later(0, loop.stop)
    loop.run_forever()


@pytest.mark.plait_only("a time that is NaN is refused, since no order of timers can hold it")
@pytest.mark.parametrize("method", ["call_later", "call_at"])
def test_nan_is_a_value_error(loop, method):
    with pytest.raises(ValueError, match=r"NaN|not a number"):
        getattr(loop, method)(math.nan, print)


def test_integers_and_fractions_are_times_too(loop):
    from fractions import Fraction

    trace = []
    loop.call_later(Fraction(1, 1000), trace.append, "fraction")
    loop.call_at(int(loop.time()) - 1, trace.append, "integer")
    loop.call_later(True, trace.append, "later").cancel()
    run_until(loop, lambda: len(trace) == 2)
    assert trace == ["integer", "fraction"]
