"""What the http suite needs beside the libraries: wrk, and a PostgreSQL and a Redis for as long as it runs."""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import os
import shutil

from tests.ecosystem.servers import PostgreSQL, Redis, program

from benchmarks.http.servers import POSTGRESQL, REDIS, fill_postgresql

LIBRARIES = ("aiohttp", "asyncpg", "fastapi", "httptools", "redis", "uvicorn", "websockets")


def start_all() -> None:
    """Start the servers and tell the workers where; a `LookupError` tells what is missing."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    missing += [name for name in ("wrk", "redis-server") if shutil.which(name) is None]
    missing += [] if shutil.which(program("postgres")) else ["postgres"]
    if missing:
        raise LookupError(f"needs {', '.join(missing)}: scripts/ecosystem installs all but wrk, a package of Debian")
    database, cache = PostgreSQL(), Redis()
    atexit.register(database.__enter__().clean_up)
    atexit.register(cache.__enter__().clean_up)
    os.environ[POSTGRESQL], os.environ[REDIS] = database.url, str(cache.port)
    asyncio.run(fill_postgresql(database.url))
