"""`plait kernel` where there is no Jupyter; with one, see `tests/ecosystem/notebooks`."""

from importlib.util import find_spec

import pytest

from .conftest import Command


@pytest.mark.skipif(find_spec("ipykernel") is not None, reason="ipykernel is installed")
@pytest.mark.parametrize("action", ["install", "uninstall", "start"])
def test_without_ipykernel_it_says_what_to_install(plait: Command, action: str) -> None:
    done = plait("kernel", action)
    assert done.returncode == 2
    assert done.stderr.startswith("plait kernel: No module named 'ipykernel'")
    assert "pip install ipykernel" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["install", "--user", "--sys-prefix"], ["install", "--prefix"]])
def test_bad_arguments(plait: Command, arguments: list[str]) -> None:
    done = plait("kernel", *arguments)
    assert done.returncode == 2
    assert "usage: " in done.stderr
