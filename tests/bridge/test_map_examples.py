"""The examples of `bridge.map` that need nothing but plait."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "bridge"
HUNG_SECONDS = 120
WAYS = {"asyncio": [sys.executable], "plait": [sys.executable, "-m", "plait", "run"]}


def output(way: str, name: str, *arguments: str) -> list[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [*WAYS[way], str(EXAMPLES / name), *arguments]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=HUNG_SECONDS, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


@pytest.mark.parametrize("way", WAYS)
def test_map_over_processes(way: str) -> None:
    pytest.importorskip("cloudpickle")  # the function is in __main__
    assert output(way, "map_over_processes.py", "100") == [
        "25 of 100",
        "50 of 100",
        "75 of 100",
        "100 of 100",
        "16 primes among 100 numbers, from 1000003 to 1000199",
    ]


@pytest.mark.parametrize("way", WAYS)
def test_map_over_what_is_at_hand(way: str) -> None:
    assert output(way, "map_over_a_dask_cluster.py") == ["pi is about 3.14, from 40 samples"]
