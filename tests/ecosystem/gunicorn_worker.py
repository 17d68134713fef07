"""gunicorn's worker of uvicorn with plait's loop, as a program would write it."""

from typing import Any, ClassVar

from uvicorn.workers import UvicornWorker


class PlaitWorker(UvicornWorker):
    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {"loop": "plait:new_event_loop", "http": "auto"}


class StockWorker(UvicornWorker):
    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {"loop": "asyncio", "http": "auto"}


class DefaultWorker(UvicornWorker):
    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {"loop": "none", "http": "auto"}
