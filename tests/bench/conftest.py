"""Finds the benchmarks, which are not installed, and a C compiler for their programs."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

sys.path.append(str(ROOT))


@pytest.fixture
def c_compiler() -> None:
    """The net suite's server and load client are C programs."""
    if shutil.which(os.environ.get("CC", "cc")) is None:
        pytest.skip("needs a C compiler")
