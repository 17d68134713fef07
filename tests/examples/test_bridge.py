"""The examples of `examples/bridge` print what their stories say, on both loops."""

import subprocess
from collections.abc import Callable

import pytest

OUTPUTS = {
    "camera.py": ["frame of 0.5 s", "failed: exposure of 2 s", "frame 1", "frame 2", "frame 3", "stream stopped"],
    "synchronous_sdk.py": [
        "one over the connection to the server",
        "['two over the connection to the server', 'three over the connection to the server']",
        "failed: an empty question",
        "disconnected",
    ],
    "blocking_cursor.py": ["rows written: 1000", "sum: 499500", "cut off: OperationalError"],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_output(run_example: Callable[..., subprocess.CompletedProcess[str]], name: str) -> None:
    ended = run_example(f"bridge/{name}")
    assert ended.stdout.splitlines() == OUTPUTS[name]
    assert ended.stderr == ""
