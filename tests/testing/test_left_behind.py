"""A test that leaves something behind fails, and says what it was; each check can be switched off."""

import pytest

from .conftest import Run

LEAK = """
async def forever():
    await asyncio.Event().wait()

async def test_leak():
    asyncio.create_task(forever(), name="the forgotten one")
"""

NEVER = """
async def forgotten():
    pass

async def test_never():
    forgotten()
"""

ERROR = """
async def fails():
    raise LookupError("lost")

async def test_error():
    asyncio.create_task(fails())
    await asyncio.sleep(0)
"""


def test_leaked_task_fails_the_test(run: Run) -> None:
    result = run(LEAK)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_leak is over, but:", "*1 task still ran:", "*the forgotten one*forever()*"])


def test_coroutine_that_is_never_awaited_fails_the_test(run: Run) -> None:
    result = run(NEVER)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*1 coroutine never awaited:", "*coroutine 'forgotten', forgotten at*.py:*"])
    assert "warnings" not in result.parseoutcomes()


def test_error_that_nobody_handles_fails_the_test(run: Run) -> None:
    result = run(ERROR)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*raise LookupError*",
            "*1 error reached the loop's exception handler:",
            "*Task exception was never retrieved*",
        ]
    )


def test_error_of_a_callback_fails_the_test(run: Run) -> None:
    result = run("""
async def test_callback():
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    asyncio.get_running_loop().call_soon(lambda: [][0])
    await asyncio.sleep(0)
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError*", "*IndexError*", "*2 errors reached the loop's*"])


@pytest.mark.parametrize(
    ("source", "switch"),
    [(LEAK, "fail_on_leaked_tasks"), (NEVER, "fail_on_never_awaited"), (ERROR, "fail_on_unhandled_errors")],
)
def test_each_check_can_be_switched_off(run: Run, source: str, switch: str) -> None:
    run(source, "-o", f"plait_{switch}=false").assert_outcomes(passed=1)
    marked = source.replace("async def test_", f"@pytest.mark.plait({switch}=False)\nasync def test_")
    run(marked).assert_outcomes(passed=1)
    run(f"pytestmark = pytest.mark.plait({switch}=False)\n{source}").assert_outcomes(passed=1)
    run(marked.replace("=False", "=True"), "-o", f"plait_{switch}=false").assert_outcomes(failed=1)


def test_what_is_cancelled_or_about_to_end_is_no_leak(run: Run) -> None:
    result = run("""
async def test_cancelled():
    asyncio.create_task(asyncio.sleep(1000)).cancel()
    task = asyncio.create_task(asyncio.sleep(1000))
    await asyncio.sleep(0)
    task.cancel()

async def test_about_to_end():
    asyncio.create_task(asyncio.sleep(0))
""")
    result.assert_outcomes(passed=2)


def test_fixture_may_clean_up_after_the_test(run: Run) -> None:
    result = run("""
@pytest.fixture
async def tasks():
    tasks = []
    yield tasks
    for task in tasks:
        task.cancel()

async def test_clean(tasks):
    tasks.append(asyncio.create_task(asyncio.sleep(1000)))

async def test_leak(tasks):
    asyncio.create_task(asyncio.sleep(1000))
""")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*test_leak is over, but:"])


def test_fixture_that_outlives_the_test_may_keep_tasks_until_it_ends(run: Run) -> None:
    result = run("""
@pytest.fixture(scope="module")
async def lasting():
    tasks = [asyncio.create_task(asyncio.sleep(1000)) for _ in range(2)]
    yield
    tasks[0].cancel()

async def test_one(lasting):
    pass

async def test_two(lasting):
    pass
""")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*module fixture lasting is over, but:", "*1 task still ran:"])


def test_other_warnings_are_passed_on(run: Run) -> None:
    result = run("""
async def test_warns():
    warnings.warn("look here", UserWarning)

async def test_expects():
    async def forgotten():
        pass
    with pytest.warns(RuntimeWarning, match="never awaited"):
        forgotten()

@pytest.mark.filterwarnings("error")
async def test_errors():
    with pytest.raises(UserWarning):
        warnings.warn("look here", UserWarning)
""")
    result.assert_outcomes(passed=3, warnings=1)
    result.stdout.fnmatch_lines(["*UserWarning: look here*"])


def test_failure_of_the_test_itself_is_told_first(run: Run) -> None:
    result = run(LEAK + "\n    raise LookupError('first')")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*1 task still ran:", "*LookupError: first*"])


def test_next_test_is_not_blamed(run: Run) -> None:
    result = run(LEAK + NEVER + ERROR + "\nasync def test_innocent():\n    pass\n")
    result.assert_outcomes(passed=1, failed=3)


def test_error_while_the_loop_closes_is_told_of_the_test_whose_loop_it_was(run: Run) -> None:
    result = run("""
kept = []

async def fails_at_the_end():
    try:
        yield
    finally:
        raise LookupError("lost")

@pytest.fixture
async def lasting():
    yield

async def test_one():
    kept.append(fails_at_the_end())
    await anext(kept[-1])

async def test_two(lasting):
    kept.append(fails_at_the_end())
    await anext(kept[-1])

async def test_innocent():
    pass
""")
    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(["*test_one is over, but:", "*test_two is over, but:"])
    result.stdout.no_fnmatch_line("*test_innocent is over, but:")
