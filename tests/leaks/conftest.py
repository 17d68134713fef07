"""The module under test as `aio`: stock asyncio, which shows that the measure is right, and plait."""

import importlib
from types import ModuleType

import pytest


@pytest.fixture(params=("asyncio", "plait"))
def aio(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)
