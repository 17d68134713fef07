"""Uploads that never end, in whose middle something is to happen; as a program: python uploads.py URL, until it is killed."""

import asyncio
import itertools
import ssl
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator

PART = b"x" * 65_536
# More parts than the buffers on the way can hold: when they are sent, the server has read some.
HALF = 200


def endless(when_half_sent: Callable[[], object]) -> Iterator[bytes]:
    for number in itertools.count():
        yield PART
        if number == HALF:
            when_half_sent()


class EndlessBody:
    def __init__(self) -> None:
        self.is_half_sent = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in endless(self.is_half_sent.set):
            yield part


async def kill_in_the_middle_of_an_upload(url: str) -> None:
    """The client is a process of its own, whose end the server at `url` sees from the system only."""
    command = ["setpriv", "--pdeathsig", "SIGKILL", sys.executable, "-P", __file__, url]
    client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert client.stdout is not None
    assert await client.stdout.readline() == b"half sent\n"
    client.kill()
    await client.wait()


if __name__ == "__main__":
    trusting = ssl._create_unverified_context()
    body = endless(lambda: print("half sent", flush=True))
    urllib.request.urlopen(urllib.request.Request(sys.argv[1], data=body), context=trusting)
