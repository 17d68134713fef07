"""A library that blocks works in a thread, while a coroutine goes on working.

Look at the steps: they go on while the page is fetched from a slow server (one of this program's own).
Then the page comes back as the result of an await, and the error for a page that is missing as an exception.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

SECOND = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0  # the first argument shortens every delay, as in `… 0.1`
STUCK = 30.0  # seconds without an answer after which a request gives up, however slow the machine


def fetch(url: str) -> str:
    with requests.Session() as session:
        session.trust_env = False  # a proxy set up on this machine cannot reach the server of this process
        response = session.get(url, timeout=STUCK)
        response.raise_for_status()
    return f"{response.text}, fetched in thread {threading.current_thread().name}"


async def show_page(pool: ThreadPoolExecutor, url: str) -> None:
    # What is awaited is the future of the very job that fetches, so the result and any exception come back through it.
    # To submit the fetch and await a second, empty job behind it loses both.
    page = await asyncio.get_running_loop().run_in_executor(pool, fetch, url)
    print(f"result: {page}")


async def work_until_done(fetching: asyncio.Task[None]) -> None:
    step = 0
    while not fetching.done():
        step += 1
        print(f"the coroutine works, step {step}")
        await asyncio.sleep(1 * SECOND)


async def show_missing_page(url: str) -> None:
    try:
        await asyncio.to_thread(fetch, url)
    except requests.HTTPError as error:
        print(f"exception: {type(error).__name__}, status {error.response.status_code}")


async def main(site: str) -> None:
    with ThreadPoolExecutor(thread_name_prefix="fetcher") as pool:
        fetching = asyncio.create_task(show_page(pool, f"{site}/page"))
        await work_until_done(fetching)
        await fetching
    await show_missing_page(f"{site}/missing")


class SlowSite(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/page":
            self.send_error(404)
            return
        time.sleep(2.5 * SECOND)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")

    def log_message(self, *_: object) -> None:
        """Says nothing: the default writes each request to stderr."""


@contextmanager
def local_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowSite) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    with local_site() as url:
        asyncio.run(main(url))
