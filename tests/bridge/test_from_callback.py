"""`from_callback` and `promisify`: each form of callback, by position and by name."""

import asyncio
import inspect
from types import ModuleType
from typing import Any

import pytest

from plait import bridge


def soon(callback: Any, *args: Any, **kwargs: Any) -> None:
    asyncio.get_running_loop().call_soon(lambda: callback(*args, **kwargs))


async def test_the_result_is_what_the_callback_was_called_with(aio: ModuleType) -> None:
    def call_with(*args: Any) -> None:
        *values, callback = args
        soon(callback, *values)

    assert await bridge.from_callback(call_with, 1) == 1
    assert await bridge.from_callback(call_with) is None
    assert await bridge.from_callback(call_with, 1, 2) == (1, 2)
    assert await bridge.from_callback(call_with, (1, 2)) == (1, 2)


async def test_keywords_of_the_callback_are_not_lost(aio: ModuleType) -> None:
    called = await bridge.from_callback(lambda callback: soon(callback, 1, exposure=2))
    assert called == bridge.Called((1,), {"exposure": 2})


async def test_called_before_the_function_returns(aio: ModuleType) -> None:
    assert await bridge.from_callback(lambda x, callback: callback(x + 1), 1) == 2


async def test_called_in_a_thread(aio: ModuleType, in_thread: Any) -> None:
    assert await bridge.from_callback(lambda callback: (in_thread(callback, 7), None)[1]) == 7


async def test_error_first(aio: ModuleType) -> None:
    def divide(a: int, b: int, callback: Any) -> None:
        soon(callback, None, a // b) if b else soon(callback, ZeroDivisionError("by nothing"))

    assert await bridge.from_callback(divide, 6, 3, form="error_first") == 2
    with pytest.raises(ZeroDivisionError, match="by nothing"):
        await bridge.from_callback(divide, 6, 0, form="error_first")
    assert await bridge.from_callback(lambda callback: callback(None), form="error_first") is None
    assert await bridge.from_callback(lambda callback: callback(0, 1, 2), form="error_first") == (1, 2)
    with pytest.raises(bridge.CallbackError) as caught:
        await bridge.from_callback(lambda callback: callback("E42", None), form="error_first")
    assert caught.value.args == ("E42",)


async def test_separate_callbacks(aio: ModuleType) -> None:
    def fetch(url: str, on_result: Any, on_error: Any) -> None:
        soon(on_result, url.upper()) if url else soon(on_error, 404, "not found")

    assert await bridge.from_callback(fetch, "a", form="separate") == "A"
    with pytest.raises(bridge.CallbackError) as caught:
        await bridge.from_callback(fetch, "", form="separate")
    assert caught.value.args == (404, "not found")


async def test_separate_callbacks_share_their_one_use(aio: ModuleType) -> None:
    kept: list[Any] = []
    value = await bridge.from_callback(lambda *both: kept.extend(both) or both[0](1), form="separate")
    assert value == 1
    with pytest.raises(bridge.AlreadyResumed):
        kept[1](ValueError())


async def test_callbacks_by_name(aio: ModuleType) -> None:
    def capture(exposure: float, *, gain: int = 1, on_frame: Any = None, on_fail: Any = None) -> None:
        soon(on_frame, exposure * gain) if exposure > 0 else soon(on_fail, ValueError("exposure"))

    assert await bridge.from_callback(capture, 2, names="on_frame", gain=3) == 6
    names = ("on_frame", "on_fail")
    assert await bridge.from_callback(capture, 2, names=names) == 2
    with pytest.raises(ValueError, match="exposure"):
        await bridge.from_callback(capture, 0, names=names)


async def test_a_lost_one_of_two_callbacks_is_no_loss_yet(aio: ModuleType) -> None:
    kept: list[Any] = []
    asyncio.get_running_loop().call_soon(lambda: kept.pop()(KeyError("x")))
    with pytest.raises(KeyError):
        await bridge.from_callback(lambda on_result, on_error: kept.append(on_error), form="separate")
    with pytest.raises(bridge.LostCallback):
        await bridge.from_callback(lambda on_result, on_error: None, form="separate")


async def test_wrong_forms_are_refused_at_the_call(aio: ModuleType) -> None:
    for wrong in ({"form": "node"}, {"form": "separate", "names": "one"}, {"form": "result", "names": ("a", "b")}):
        with pytest.raises(ValueError, match="form"):
            bridge.from_callback(soon, **wrong)
    with pytest.raises(ValueError, match="names"):
        bridge.from_callback(soon, names=("a", "b", "c"))
    with pytest.raises(TypeError, match="needs a function that takes a callback"):
        bridge.from_callback(None)


async def test_coroutine_function_is_refused_where_it_is_awaited(aio: ModuleType) -> None:
    async def fetch(callback: Any) -> None:
        """Takes a callback, and is a coroutine function nevertheless."""

    with pytest.raises(TypeError, match="can be awaited as it is"):
        await bridge.from_callback(fetch)


async def test_promisified_function_is_awaited(aio: ModuleType) -> None:
    @bridge.promisify
    def add(a: int, b: int, callback: Any) -> None:
        """Adds."""
        soon(callback, a + b)

    assert await add(1, 2) == 3
    assert inspect.iscoroutinefunction(add) or asyncio.iscoroutinefunction(add)
    assert (add.__name__, add.__doc__) == ("add", "Adds.")


async def test_promisified_method_with_options(aio: ModuleType) -> None:
    class Camera:
        def __init__(self) -> None:
            self.gain = 2

        @bridge.promisify(names=("done", "failed"))
        def capture(self, exposure: int, done: Any, failed: Any) -> None:
            soon(done, exposure * self.gain)

    assert await Camera().capture(3) == 6


def test_promisify_refuses_what_needs_none(aio: ModuleType) -> None:
    async def fetch() -> None: ...

    with pytest.raises(TypeError, match="is a coroutine function"):
        bridge.promisify(fetch)
    with pytest.raises(ValueError, match="form must be one of"):
        bridge.promisify(soon, form="node")


def test_a_call_that_is_never_awaited_is_warned_of(aio: ModuleType) -> None:
    with pytest.warns(RuntimeWarning, match="'from_callback' was never awaited"):
        bridge.from_callback(soon)
