"""`async def` tests and fixtures run on plait, with nothing to configure."""

import pytest

from .conftest import Run


def test_async_test_runs_on_plaits_loop(run: Run) -> None:
    result = run("""
async def test_loop():
    assert isinstance(asyncio.get_running_loop(), plait.EventLoop)
    await asyncio.sleep(0)

class TestMethod:
    async def test_loop(self):
        assert isinstance(asyncio.current_task(), plait.Task)

@pytest.mark.parametrize("number", [1, 2])
async def test_parameter(number):
    assert number in (1, 2)

def test_plain():
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
""")
    result.assert_outcomes(passed=5)


def test_failure_shows_the_test_and_none_of_the_plugin(run: Run) -> None:
    result = run("""
async def test_wrong():
    await asyncio.sleep(0)
    assert [1] == [2], "wrong"
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([">*assert*1*== *2*", "E*AssertionError: wrong*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("*shared_loop.py*")


def test_skip_and_xfail_within_a_test_are_heard(run: Run) -> None:
    result = run("""
async def test_skips():
    pytest.skip("here")

async def test_expected():
    await asyncio.sleep(0)
    pytest.xfail("known")

@pytest.fixture
async def skips():
    pytest.skip("there")

async def test_of_the_fixture(skips):
    raise AssertionError
""")
    result.assert_outcomes(skipped=2, xfailed=1)


def test_each_test_has_a_loop_of_its_own(run: Run) -> None:
    result = run("""
loops = []

@pytest.mark.parametrize("number", range(3))
async def test_loop(number):
    loops.append(asyncio.get_running_loop())

def test_different():
    assert len(set(loops)) == 3
    assert all(loop.is_closed() for loop in loops)
""")
    result.assert_outcomes(passed=4)


def test_fixture_that_outlives_a_test_keeps_its_loop(run: Run) -> None:
    result = run("""
@pytest.fixture(scope="module")
async def lasting():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.sleep(1000))
    yield loop
    assert asyncio.get_running_loop() is loop
    assert not task.done()
    task.cancel()

@pytest.fixture
async def passing():
    return asyncio.get_running_loop()

@pytest.mark.parametrize("number", range(2))
async def test_loop(lasting, passing, number):
    assert lasting is passing is asyncio.get_running_loop()

def test_plain(lasting):
    assert not lasting.is_closed()
    assert not lasting.is_running()
""")
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("scope", ["function", "class", "module", "session"])
def test_fixtures_of_each_scope(run: Run, scope: str) -> None:
    result = run(f"""
events = []

@pytest.fixture(scope="{scope}")
async def value():
    events.append("up")
    return 1

@pytest.fixture(scope="{scope}")
async def lasting(value):
    task = asyncio.current_task()
    yield value + 1
    assert asyncio.current_task() is task
    events.append("down")

class TestThem:
    async def test_first(self, lasting):
        assert lasting == 2

    async def test_second(self, lasting):
        assert events == (["up", "down", "up"] if "{scope}" == "function" else ["up"])
""")
    result.assert_outcomes(passed=2)


def test_fixture_of_a_class_belongs_to_the_instance_of_the_test(run: Run) -> None:
    result = run("""
class TestInstance:
    @pytest.fixture
    async def mark(self):
        self.marked = True
        yield
        assert self.marked == "seen"

    async def test_instance(self, mark):
        assert self.marked
        self.marked = "seen"
""")
    result.assert_outcomes(passed=1)


def test_autouse_fixture_and_request_in_a_fixture(run: Run) -> None:
    result = run("""
@pytest.fixture(autouse=True)
async def always(request):
    request.node.seen = True
    yield

async def test_autouse(request):
    assert request.node.seen

def test_plain(request):
    assert request.node.seen
""")
    result.assert_outcomes(passed=2)


def test_parametrized_async_fixture(run: Run) -> None:
    result = run("""
@pytest.fixture(params=["a", "b"])
async def letter(request):
    await asyncio.sleep(0)
    return request.param

async def test_letter(letter):
    assert letter in "ab"
""")
    result.assert_outcomes(passed=2)


def test_context_variables_of_fixtures_are_seen_until_they_end(run: Run) -> None:
    result = run("""
variable = contextvars.ContextVar("variable", default="unset")

@pytest.fixture
def plain():
    token = variable.set("plain")
    yield
    variable.reset(token)

@pytest.fixture
async def once(plain):
    assert variable.get() == "plain"
    variable.set("once")

@pytest.fixture
async def lasting(once):
    token = variable.set("lasting")
    yield
    assert variable.get() == "lasting"
    variable.reset(token)
    assert variable.get() == "once"

async def test_async(lasting):
    assert variable.get() == "lasting"
    variable.set("lost")

def test_sync(lasting):
    assert variable.get() == "lasting"

async def test_after():
    assert variable.get() == "unset"
""")
    result.assert_outcomes(passed=3)


def test_task_group_and_timeout_around_the_yield_of_a_fixture(run: Run) -> None:
    result = run("""
@pytest.fixture
async def group():
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        yield group

async def test_group(group):
    group.create_task(asyncio.sleep(0))
""")
    result.assert_outcomes(passed=1)


def test_task_of_a_fixtures_group_that_fails_is_told(run: Run) -> None:
    result = run("""
async def fails():
    raise LookupError("lost")

@pytest.fixture
async def group():
    async with asyncio.TaskGroup() as group:
        yield group

async def test_group(group):
    group.create_task(fails())
    await asyncio.sleep(0.01)
""")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*LookupError: lost*"])


def test_fixture_with_two_yields_or_none_is_refused(run: Run) -> None:
    result = run("""
@pytest.fixture
async def twice():
    yield 1
    yield 2

@pytest.fixture
async def never():
    if False:
        yield

async def test_twice(twice):
    pass

async def test_never(never):
    pass
""")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["*fixture twice yields a second time: a fixture yields once*"])
    result.stdout.fnmatch_lines(["*fixture never ended without a yield*"])


def test_failing_fixtures_are_errors_of_the_test(run: Run) -> None:
    result = run("""
@pytest.fixture
async def at_once():
    raise LookupError("no set-up")

@pytest.fixture
async def at_the_end():
    yield
    raise LookupError("no tear-down")

async def test_one(at_once):
    pass

async def test_two(at_the_end):
    pass

async def test_three():
    pass
""")
    result.assert_outcomes(passed=2, errors=2)


def test_async_fixture_asked_for_by_a_running_test_is_refused(run: Run) -> None:
    result = run("""
@pytest.fixture
async def late():
    return 1

async def test_late(request):
    request.getfixturevalue("late")
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*test_late asks for an async fixture while the loop runs: make the fixture an arg*"])


def test_examples_of_hypothesis_run_on_the_loop(run: Run) -> None:
    result = run("""
from hypothesis import given, settings, strategies

seen = set()

@pytest.fixture
async def loop():
    return asyncio.get_running_loop()

@settings(max_examples=5, database=None, suppress_health_check=list(__import__("hypothesis").HealthCheck))
@given(number=strategies.integers())
@pytest.mark.parametrize("word", ["a", "b"])
async def test_examples(loop, word, number):
    await asyncio.sleep(0)
    assert loop is asyncio.get_running_loop()
    seen.add(loop)

def test_loops():
    assert len(seen) == 2
""")
    result.assert_outcomes(passed=3)


def test_interrupt_ends_the_test_and_tears_its_fixtures_down(run: Run) -> None:
    result = run(
        """
import signal

@pytest.fixture
async def lasting():
    yield
    print("torn down")

async def test_interrupted(lasting):
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(1000)
""",
        "-s",
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*torn down*", "*KeyboardInterrupt*"])


def test_time_limit_of_a_test(run: Run) -> None:
    result = run("""
@pytest.mark.plait(timeout=0.01)
async def test_slow():
    await asyncio.sleep(1000)

@pytest.mark.plait(timeout=1000)
async def test_own_timeout():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.sleep(1000)
""")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*the test took longer than 0.01 s, the timeout= of @pytest.mark.plait or*"])


def test_time_limit_of_all_tests(run: Run) -> None:
    source = """
async def test_slow():
    await asyncio.sleep(1000)
"""
    run(source, "-o", "plait_timeout=0.01").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("plait_timeout=soon", "ERROR: plait_timeout is a number of seconds above 0, not 'soon'"),
        ("plait_fail_on_leaked_tasks=maybe", "ERROR: plait_fail_on_leaked_tasks is true or false: *'maybe'*"),
    ],
)
def test_bad_settings_are_refused_at_the_start(run: Run, setting: str, message: str) -> None:
    result = run("async def test_one(): pass\nasync def test_two(): pass", "-o", setting)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert result.stderr.str().count(setting.partition("=")[0]) == 1


@pytest.mark.parametrize("arguments", ["1", "unknown=True", "timeout=0", "timeout='soon'", "timeout=float('nan')"])
def test_bad_arguments_of_the_mark_are_refused(run: Run, arguments: str) -> None:
    result = run(f"""
@pytest.mark.plait({arguments})
async def test_it():
    pass
""")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([r".*(@pytest.mark.plait takes fail_on_leaked_tasks=, .*; not|timeout is a number).*"])
