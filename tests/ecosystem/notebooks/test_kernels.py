"""plait in notebooks: in the kernel that everybody has, and in one whose loop is plait's."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("jupyter_client")

from .kernels import HANG_SECONDS, Kernel, plait, started

NAME = "plait-under-test"


@pytest.fixture(scope="session", autouse=True)
def once_for_all_ways(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--way", default="loop_factory") != "loop_factory":
        pytest.skip("a kernel goes its own way")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefix")


@pytest.fixture(scope="module")
def spec(prefix: Path) -> Path:
    done = plait("kernel", "install", "--prefix", str(prefix), "--name", NAME)
    assert done.returncode == 0, done.stderr
    assert f"plait kernel uninstall --name {NAME}" in done.stdout
    return prefix / "share" / "jupyter" / "kernels" / NAME


@pytest.fixture(scope="module", params=["stock", "plait"])
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Both kinds of kernel: what is said of `plait.run` holds in each."""
    with started_kernel(request, request.param) as kernel:
        yield kernel


@pytest.fixture(scope="module")
def plaits_kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with started_kernel(request, "plait") as kernel:
        yield kernel


def started_kernel(request: pytest.FixtureRequest, kind: str) -> AbstractContextManager[Kernel]:
    if kind == "stock":
        return started("python3")
    spec = request.getfixturevalue("spec")
    return started(NAME, spec.parents[2])


def test_the_specification(spec: Path) -> None:
    content = json.loads((spec / "kernel.json").read_text())
    assert content["argv"][0] == sys.executable
    assert content["argv"][-6:] == ["-m", "plait", "kernel", "start", "-f", "{connection_file}"]
    assert content["display_name"] == "Python 3 (plait)"
    assert content["language"] == "python"
    assert (spec / "logo-svg.svg").exists()


def test_run_works_in_a_cell(kernel: Kernel) -> None:
    outcome = kernel.run(
        """
        import asyncio, plait

        async def main():
            first, second = await plait.gather(plait.sleep(0.01, 2), plait.sleep(0.01, 3))
            print("in main")
            return first * second

        plait.run(main())
        """
    )
    assert (outcome.status, outcome.value, outcome.printed) == ("ok", "6", "in main\n")
    assert (
        kernel.run(
            "plait.run(main()) + asyncio.get_running_loop().run_until_complete(plait.sleep(0, 1)) if "
            "isinstance(asyncio.get_running_loop(), plait.EventLoop) else 7"
        ).value
        == "7"
    )


def test_run_works_in_a_cell_that_awaits(kernel: Kernel) -> None:
    outcome = kernel.run("import asyncio, plait\nawait asyncio.sleep(0)\nplait.run(plait.sleep(0.01, 5))")
    assert (outcome.status, outcome.value) == ("ok", "5")


def test_an_error_of_main_is_that_of_the_cell(kernel: Kernel) -> None:
    outcome = kernel.run(
        "import plait\nasync def fail(): await plait.sleep(0); raise LookupError('x')\nplait.run(fail())"
    )
    assert (outcome.status, outcome.error) == ("error", "LookupError")
    assert kernel.run("1 + 1").value == "2"


FOR_EVER = """
import asyncio, plait, sys, time

async def for_ever():
    print("began", flush=True)
    try:
        await plait.sleep(1000)
    finally:
        print("cleaned up", flush=True)
"""


@pytest.mark.parametrize("head", ["", "await asyncio.sleep(0)\n"], ids=["plain cell", "cell that awaits"])
def test_an_interrupt_stops_the_inner_run_and_nothing_else(kernel: Kernel, head: str) -> None:
    kernel.run(FOR_EVER)
    request = kernel.begin(head + "plait.run(for_ever())")
    kernel.wait_printed(request, "began")
    kernel.interrupt()
    outcome = kernel.outcome(request)
    assert (outcome.status, outcome.error) == ("error", "KeyboardInterrupt")
    assert outcome.printed == "cleaned up\n"
    assert kernel.run("plait.run(plait.sleep(0.01, 'next cell'))").value == "'next cell'"
    assert kernel.run("await asyncio.sleep(0.01, 'and next')").value == "'and next'"


def test_a_second_interrupt_leaves_a_run_that_refuses(kernel: Kernel) -> None:
    kernel.run(FOR_EVER)
    request = kernel.begin(
        """
        async def refuse():
            for number in range(2):
                print("began", number, flush=True)
                try:
                    await plait.sleep(1000)
                except asyncio.CancelledError:
                    pass

        plait.run(refuse())
        """
    )
    kernel.wait_printed(request, "began 0")
    kernel.interrupt()
    kernel.wait_printed(request, "began 1")
    kernel.interrupt()
    assert kernel.outcome(request).error == "KeyboardInterrupt"
    assert kernel.run("plait.run(plait.sleep(0.01, 'next cell'))").value == "'next cell'"


def test_a_second_interrupt_stops_a_run_that_blocks(kernel: Kernel) -> None:
    kernel.run(FOR_EVER)
    request = kernel.begin(
        "async def block():\n    print('began', flush=True)\n    time.sleep(1000)\n\nplait.run(block())"
    )
    kernel.wait_printed(request, "began")
    time.sleep(0.1)
    kernel.interrupt()
    time.sleep(0.2)
    kernel.interrupt()
    assert kernel.outcome(request).error == "KeyboardInterrupt"
    assert kernel.run("2 + 2").value == "4"


def test_many_interrupts_do_not_kill_the_kernel(kernel: Kernel) -> None:
    kernel.run(FOR_EVER)
    for _ in range(5):
        request = kernel.begin("plait.run(for_ever())")
        kernel.wait_printed(request, "began")
        for _ in range(3):
            kernel.interrupt()
            time.sleep(0.02)
        # The last interrupt may have hit the kernel's own report, so that there is none. A cell that came before it is refused.
        alive = (kernel.run("plait.run(plait.sleep(0.01, 'alive'))").value for _ in range(3))
        assert "'alive'" in alive


# The kernel on plait.


def test_the_kernels_loop_is_plaits(plaits_kernel: Kernel) -> None:
    kernel = plaits_kernel
    kernel.run("import asyncio, plait")
    assert kernel.run("type(asyncio.get_running_loop())").value == "plait.api.event_loop.EventLoop"
    assert kernel.run("type(asyncio.current_task())").value == "plait.tasks.task.Task"
    assert kernel.run("await plait.sleep(0.01, 'awaited')").value == "'awaited'"
    assert kernel.run("%load_ext plait\nawait plait.sleep(0.01, 'awaited')").value == "'awaited'"


def test_an_inner_run_is_on_the_kernels_loop_which_goes_on(plaits_kernel: Kernel) -> None:
    kernel = plaits_kernel
    kernel.run(
        """
        import asyncio, plait
        loop, ticks = asyncio.get_running_loop(), []

        async def tick():
            while True:
                ticks.append(len(ticks))
                await plait.sleep(0.001)

        async def wait_ticks(count):
            start = len(ticks)
            while len(ticks) < start + count:
                await plait.sleep(0.001)
            return asyncio.get_running_loop() is loop

        ticker = plait.create_task(tick())
        """
    )
    assert kernel.run("plait.run(wait_ticks(10))").value == "True"
    assert kernel.run("loop.run_until_complete(wait_ticks(10))").value == "True"
    assert kernel.run("await wait_ticks(10)").value == "True"
    assert kernel.run("ticker.cancel(), await plait.wait([ticker]), ticker.cancelled()").value.endswith("True)")


def test_cells_run_one_after_the_other(plaits_kernel: Kernel) -> None:
    kernel = plaits_kernel
    kernel.run("import plait\nstory = []")
    requests = [kernel.begin(f"story.append({n}); plait.run(plait.sleep(0.02)); story.append({n})") for n in range(3)]
    for request in requests:
        assert kernel.outcome(request).status == "ok"
    assert kernel.run("story").value == "[0, 0, 1, 1, 2, 2]"


def test_what_a_run_prints_belongs_to_its_cell(plaits_kernel: Kernel) -> None:
    kernel = plaits_kernel
    kernel.run("import plait\nasync def say(text):\n    await plait.sleep(0.001)\n    print(text)")
    for text in ("one", "two"):
        assert kernel.run(f"plait.run(say({text!r}))").printed == f"{text}\n"


# The extension, in the kernel that everybody has.


def test_load_ext_has_cells_await_on_plait() -> None:
    with started("python3") as kernel:
        kernel.run("import asyncio, plait")
        stock = "await asyncio.sleep(0)\nprint(type(asyncio.get_running_loop()).__module__)"
        assert kernel.run(stock).printed.startswith("asyncio.")
        kernel.run("%load_ext plait")
        assert kernel.run(stock).printed == "plait.api.event_loop\n"
        assert kernel.run("task = plait.create_task(plait.sleep(0.01, 5))\nawait plait.sleep(0)").status == "ok"
        assert kernel.run("await task").value == "5"
        request = kernel.begin("print('began', flush=True)\nawait plait.sleep(1000)")
        kernel.wait_printed(request, "began")
        kernel.interrupt()
        assert kernel.outcome(request).error in ("KeyboardInterrupt", "CancelledError")
        assert kernel.run("plait.run(plait.sleep(0, 'next'))").value == "'next'"
        kernel.run("%unload_ext plait")
        assert kernel.run(stock).printed.startswith("asyncio.")


def test_load_ext_in_ipython() -> None:
    lines = [
        "import asyncio, plait",
        "%load_ext plait",
        "loop = await plait.gather(plait.sleep(0, 1), plait.sleep(0, 2)), asyncio.get_running_loop()",
        "print(loop[0], isinstance(loop[1], plait.EventLoop))",
        "print(await plait.sleep(0, 'same'), asyncio.get_running_loop() is loop[1])",
        "print(plait.run(plait.sleep(0, 'run')))",
        "task = plait.create_task(plait.sleep(1000)); await plait.sleep(0)",
    ]
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--quick", "--colors=NoColor"]
    done = subprocess.run(
        command, input="\n".join([*lines, ""]), capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert "[1, 2] True" in done.stdout, done.stdout
    assert "same True" in done.stdout
    assert "run" in done.stdout
    assert "Error" not in done.stdout + done.stderr, done.stdout + done.stderr


def test_uninstall(prefix: Path, spec: Path) -> None:
    path = {"JUPYTER_PATH": str(prefix / "share" / "jupyter")}
    again = plait("kernel", "install", "--prefix", str(prefix), "--name", NAME, "--display-name", "mine", **path)
    assert again.returncode == 0, again.stderr
    assert json.loads((spec / "kernel.json").read_text())["display_name"] == "mine"
    removed = plait("kernel", "uninstall", "--name", NAME, **path)
    assert removed.returncode == 0, removed.stderr
    assert not spec.exists()
    missing = plait("kernel", "uninstall", "--name", NAME, **path)
    assert missing.returncode == 2
    assert "there is no kernel" in missing.stderr


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_kernels_of_others_are_left_alone(action: str) -> None:
    done = plait("kernel", action, "--name", "python3")
    assert done.returncode == 2
    assert "the kernel 'python3' is not plait's" in done.stderr


def test_bad_input() -> None:
    assert "cannot be the name of a kernel" in plait("kernel", "install", "--name", "a b").stderr
    assert plait("kernel", "install", "--prefix", "/proc/nowhere").returncode == 2
