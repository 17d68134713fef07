"""Each example prints what `examples/README.md` says, in that order, and takes the time that its story tells."""

import itertools
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.name for path in EXAMPLES.glob("*.py"))
README_ROW = re.compile(r"\| \[(?P<name>\w+\.py)\]\(\1\) \| .+ \| (?P<output>`.+`) \|")
NEVER_AWAITED = "03_a_coroutine_never_awaited.py"
# A stalled machine can spoil a short look at a program; the second look leaves it a second to spare.
SCALES = (0.1, 1.0)

Run = Callable[..., subprocess.CompletedProcess[str]]


def documented_outputs() -> dict[str, list[str]]:
    rows = README_ROW.finditer((EXAMPLES / "README.md").read_text(encoding="utf-8"))
    return {row["name"]: row["output"].strip("`").split("`<br>`") for row in rows}


def without_what_varies(lines: list[str]) -> list[str]:
    """Leaves out the times, how often a step repeats, and Python's own words for what cannot be awaited."""
    varying = r"(?<=step )\d+|\d+\.\d\d(?= s\b)|(?<=TypeError: ).*"
    return [line for line, _ in itertools.groupby(re.sub(varying, "…", line) for line in lines)]


def times(stdout: str) -> list[float]:
    return [float(time) for time in re.findall(r"(\d+\.\d\d) s\b", stdout)]


def steps(stdout: str) -> list[int]:
    return [int(step) for step in re.findall(r"step (\d+)", stdout)]


def test_readme_lists_every_example_in_order() -> None:
    assert list(documented_outputs()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_output_and_order_are_what_the_readme_shows(run_example: Run, name: str) -> None:
    ended = run_example(name)
    assert without_what_varies(ended.stdout.splitlines()) == without_what_varies(documented_outputs()[name])
    assert ended.stderr == "" or name == NEVER_AWAITED


def test_coroutine_never_awaited_is_warned_of_once_with_its_line(run_example: Run) -> None:
    path = EXAMPLES / NEVER_AWAITED
    lines = path.read_text(encoding="utf-8").splitlines()
    number, line = next((number, line) for number, line in enumerate(lines, 1) if "type(say_hello())" in line)
    assert run_example(NEVER_AWAITED).stderr.splitlines() == [
        f"{path}:{number}: RuntimeWarning: coroutine 'say_hello' was never awaited",
        f"  {line.strip()}",
        "RuntimeWarning: Enable tracemalloc to get the object allocation traceback",
    ]


def test_delays_one_after_the_other_take_their_sum(run_example: Run) -> None:
    [total] = times(run_example("04_one_after_the_other.py", 0.1).stdout)
    assert total >= 0.3


def test_delays_at_the_same_time_take_the_longer_one(run_example: Run) -> None:
    for scale in SCALES:
        by_create_task, by_gather = times(run_example("05_both_at_the_same_time.py", scale).stdout)
        longer, total = round(2 * scale, 2), round(3 * scale, 2)  # in the digits that the program prints
        assert min(by_create_task, by_gather) >= longer
        if max(by_create_task, by_gather) < total:
            return
    pytest.fail(f"delays of 1 s and 2 s took {by_create_task} s by create_task and {by_gather} s by gather")


def test_coroutine_goes_on_while_a_thread_fetches(run_example: Run) -> None:
    for scale in SCALES:
        taken = steps(run_example("06_a_blocking_fetch_in_a_thread.py", scale).stdout)
        assert taken == list(range(1, len(taken) + 1))
        if len(taken) >= 2:
            return
    pytest.fail("the coroutine stood still while the thread fetched")


def test_run_holds_its_own_thread_only(run_example: Run) -> None:
    for scale in SCALES:
        ended = run_example("07_run_blocks_its_thread.py", scale)
        [held] = times(ended.stdout)
        assert held >= 2 * scale
        assert steps(ended.stdout) == list(range(1, len(steps(ended.stdout)) + 1))
        if len(steps(ended.stdout)) >= 2:
            return
    pytest.fail("the other thread stood still while run held its own")
