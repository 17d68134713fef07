"""The example of a map over a Dask cluster, as a person runs it."""

import subprocess
from pathlib import Path

import pytest

from ..ways import Way

EXAMPLE = Path(__file__).parents[3] / "examples" / "bridge" / "map_over_a_dask_cluster.py"


def test_map_over_a_dask_cluster(way: Way) -> None:
    pytest.importorskip("distributed")
    ended = subprocess.run(
        [*way.python, str(EXAMPLE), "local"], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "pi is about 3.14, from 40 samples\n"
