"""A server may ask for a new handshake in the midst of TLS 1.2: what is read then makes something to send."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import certificates
import pytest
from certificates import client_context

from .tls_ends import HOST, Recorder, connect

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl command")


class Program:
    """``openssl s_server``: what is written to it goes to the client, but for a line "r", which asks for a handshake."""

    def __init__(self, folder: Path) -> None:
        certificate = certificates.certificate("good")
        for name, blob in (("key.pem", certificate.private_key_pem), ("cert.pem", certificate.cert_chain_pems[0])):
            blob.write_to_path(folder / name)
        with socket.create_server((HOST, 0)) as free:
            self.address = free.getsockname()
        place = ["-accept", str(self.address[1]), "-cert", str(folder / "cert.pem"), "-key", str(folder / "key.pem")]
        self.process = subprocess.Popen(
            [str(OPENSSL), "s_server", "-tls1_2", "-4", *place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.wait_for("ACCEPT")

    def wait_for(self, text: str) -> None:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.decode())
            if text in lines[-1]:
                return
        raise AssertionError("".join(lines))

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    watchdog = threading.Timer(20, program.process.kill)
    watchdog.start()
    yield program
    watchdog.cancel()
    watchdog.join()
    program.end()


async def test_data_goes_on_through_a_new_handshake(aio, program) -> None:
    wait_for = asyncio.get_running_loop().run_in_executor
    context = client_context(version=ssl.TLSVersion.TLSv1_2)
    ours = await connect(Recorder, program.address, context)
    program.say(b"before\n")
    assert await ours.has(7) == b"before\n"
    for round_ in (b"1", b"2"):
        program.say(b"r\n")
        await wait_for(None, program.wait_for, "SSL_do_handshake -> 1")
        ours.transport.write(b"during " + round_ + b"\n")
        await wait_for(None, program.wait_for, "during " + round_.decode())
        program.say(b"after\n")
        assert await ours.has(6) == b"after\n"
    ours.transport.abort()
    await ours.lost
