"""Warnings of async tests and fixtures go where those of plain ones go; those of coroutines never awaited fail the test."""

import pytest

from .conftest import Run


def test_who_listens_before_the_test_hears_its_warnings(run: Run) -> None:
    result = run("""
import logging

@pytest.fixture
def shown(monkeypatch):
    shown = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *rest: shown.append(str(message)))
    return shown

@pytest.fixture
async def logged(caplog):
    logging.captureWarnings(True)
    yield caplog
    logging.captureWarnings(False)

async def test_recorded(recwarn):
    warnings.warn("look here", UserWarning)
    assert [str(warning.message) for warning in recwarn] == ["look here"]

async def test_shown(shown):
    warnings.warn("look here", UserWarning)
    assert shown == ["look here"]

async def test_logged(logged):
    warnings.warn("look here", UserWarning)
    assert "look here" in logged.text
""")
    result.assert_outcomes(passed=3)


def test_filters_of_async_fixtures_stay(run: Run) -> None:
    result = run("""
@pytest.fixture
async def around():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield

@pytest.fixture
async def once():
    warnings.simplefilter("error")

async def test_around(around):
    with pytest.raises(UserWarning):
        warnings.warn("look here", UserWarning)

async def test_once(once):
    with pytest.raises(UserWarning):
        warnings.warn("look here", UserWarning)

def test_plain(around):
    with pytest.raises(UserWarning):
        warnings.warn("look here", UserWarning)
""")
    result.assert_outcomes(passed=3)


def test_nothing_is_left_in_the_warnings_module(run: Run) -> None:
    result = run("""
def state():
    return list(warnings.filters), warnings.showwarning, warnings._showwarnmsg

@pytest.fixture
def plain():
    before = state()
    yield
    assert state() == before

@pytest.fixture
async def lasting(plain):
    with warnings.catch_warnings():
        yield

async def test_it(lasting):
    with warnings.catch_warnings():
        await plait.sleep(0)
""")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("action", ["error", "ignore", "once"])
@pytest.mark.parametrize("coroutine", ["forgotten()", "plait.sleep(0)", "plait.to_thread(print)"])
def test_what_is_never_awaited_fails_the_test_whatever_the_filters_are(run: Run, action: str, coroutine: str) -> None:
    result = run(
        f"""
async def forgotten():
    pass

@pytest.fixture
async def strict():
    warnings.simplefilter("{action}")

async def test_forgets(strict):
    {coroutine}
""",
        "-W",
        action,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*1 coroutine never awaited:"])


def test_who_catches_other_warnings_does_not_keep_it(run: Run) -> None:
    result = run("""
async def forgotten():
    pass

async def test_forgets():
    with pytest.warns(UserWarning):
        warnings.warn("look here", UserWarning)
        forgotten()
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*1 coroutine never awaited:"])


def test_it_is_a_warning_like_others_when_the_check_is_switched_off(run: Run) -> None:
    result = run(
        """
async def forgotten():
    pass

@pytest.mark.plait(fail_on_never_awaited=False)
async def test_forgets(recwarn):
    forgotten()
    assert len(recwarn) == 1
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1)
