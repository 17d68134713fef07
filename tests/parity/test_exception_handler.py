"""What nobody catches goes to the exception handler, which itself can stop nothing."""

import contextvars
import gc
import traceback

import pytest


def run_once(loop):
    loop.call_soon(loop.stop)
    loop.run_forever()


def failing():
    raise ValueError("in a callback")


def test_there_is_no_handler_unless_one_is_set(loop):
    assert loop.get_exception_handler() is None


def test_the_handler_gets_the_loop_and_the_context(loop):
    seen = []

    def handler(*args):
        seen.append(args)

    loop.set_exception_handler(handler)
    assert loop.get_exception_handler() is handler
    context = {"message": "mine", "anything": 1}
    loop.call_exception_handler(context)
    assert seen == [(loop, context)]
    loop.set_exception_handler(None)
    assert loop.get_exception_handler() is None


def test_without_a_handler_failures_are_logged_with_their_traceback(loop, error_log):
    loop.call_soon(failing)
    run_once(loop)
    (text,) = error_log.texts
    assert "failing" in text
    assert "Traceback" in text
    assert "ValueError: in a callback" in text


def test_the_default_handler_tells_every_entry(loop, error_log):
    loop.default_exception_handler({"message": "Mine", "detail": 42})
    (text,) = error_log.texts
    assert "Mine" in text
    assert "detail: 42" in text


def test_the_default_handler_without_a_message(loop, error_log):
    loop.call_exception_handler({})
    assert len(error_log.texts) == 1


def test_a_handler_may_pass_on_to_the_default(loop, error_log):
    loop.set_exception_handler(lambda loop, context: loop.default_exception_handler(context))
    loop.call_exception_handler({"message": "passed on"})
    assert "passed on" in error_log.texts[0]


def test_a_failing_handler_is_logged_and_stops_nothing(loop, error_log):
    def handler(_loop, _context):
        raise KeyError("in the handler")

    trace = []
    loop.set_exception_handler(handler)
    loop.call_soon(failing)
    loop.call_soon(trace.append, "rest")
    run_once(loop)
    assert trace == ["rest"]
    text = "\n".join(error_log.texts)
    assert "KeyError: 'in the handler'" in text
    assert "in a callback" in text


def test_the_report_of_a_failing_handler_has_no_frames_of_plait(aio, loop):
    def handler(_loop, _context):
        raise KeyError("in the handler")

    seen = []
    loop.default_exception_handler = seen.append
    loop.set_exception_handler(handler)
    loop.call_soon(failing)
    run_once(loop)
    (report,) = seen
    modules = [frame.f_globals["__name__"] for frame, _ in traceback.walk_tb(report["exception"].__traceback__)]
    assert report["message"] == "Unhandled error in exception handler"
    assert modules[-1] == __name__
    assert aio.__name__ != "plait" or modules == [__name__]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_interrupts_out_of_a_handler_are_raised(loop, kind):
    def handler(_loop, _context):
        raise kind

    loop.set_exception_handler(handler)
    loop.call_soon(failing)
    with pytest.raises(kind):
        loop.run_forever()
    loop.set_exception_handler(None)
    run_once(loop)


@pytest.mark.parametrize("bad", ["handler", 1, object()])
def test_a_handler_that_is_not_callable_is_a_type_error(loop, bad):
    with pytest.raises(TypeError, match="callable object or None"):
        loop.set_exception_handler(bad)


def test_a_handler_may_change_the_handler(loop, reports):
    def once(loop, _context):
        loop.set_exception_handler(reports.record)

    loop.set_exception_handler(once)
    loop.call_soon(failing)
    loop.call_soon(failing)
    run_once(loop)
    assert reports.exceptions == ["ValueError('in a callback')"]


def test_a_handler_that_schedules_work(loop):
    trace = []
    loop.set_exception_handler(lambda loop, _context: loop.call_soon(trace.append, "scheduled"))
    loop.call_soon(failing)
    run_once(loop)
    run_once(loop)
    assert trace == ["scheduled"]


async def test_a_failing_done_callback_of_a_task_is_reported(aio, turns, reports):
    async def body():
        return "result"

    task = aio.create_task(body())
    task.add_done_callback(lambda _: failing())
    assert await task == "result"
    await turns()
    assert reports.exceptions == ["ValueError('in a callback')"]


@pytest.mark.stock_since(3, 12)
async def test_the_handler_runs_in_the_context_of_what_failed(aio, turns):
    where, seen = contextvars.ContextVar("where", default="outside"), []
    loop = aio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: seen.append(where.get()))
    context = contextvars.copy_context()
    context.run(where.set, "inside")
    loop.call_soon(failing, context=context)
    await turns()
    assert seen == ["inside"]


async def test_the_report_of_a_lost_task_has_the_task_and_the_exception(aio, turns, reports):
    async def body():
        raise ValueError("lost")

    task = aio.create_task(body(), name="lost one")
    await turns()
    del task
    gc.collect()
    (report,) = reports
    assert isinstance(report["exception"], ValueError)
    assert "lost one" in repr(report["future"])
    del report


def test_reports_of_a_loop_that_is_closed_still_come(aio, loop, reports):
    fut = loop.create_future()
    fut.set_exception(ValueError("late"))
    loop.close()
    del fut
    gc.collect()
    assert reports.exceptions == ["ValueError('late')"]


def test_a_failure_inside_a_finaliser_of_a_lost_future_handler_stops_nothing(aio, loop, error_log):
    def handler(_loop, _context):
        raise KeyError("in the handler")

    loop.set_exception_handler(handler)
    fut = loop.create_future()
    fut.set_exception(ValueError("lost"))
    del fut
    gc.collect()
    assert any("in the handler" in text for text in error_log.texts)
    run_once(loop)
