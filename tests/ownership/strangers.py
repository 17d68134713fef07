"""Descriptors that belong to somebody else, in whose place nobody may read, write or close."""

import os
import socket
import threading
from pathlib import Path

OPEN_DESCRIPTORS = Path("/proc/self/fd")

# How many of the lowest free numbers are taken at a time, so that a number closed too often is a stranger's by then.
TAKEN_AT_ONCE = 3
MOST_TAKEN = 60


class TrespassError(AssertionError):
    """Somebody used a descriptor that is not his."""


class Strangers:
    """Takes free descriptor numbers, and tells whether anybody touched them."""

    def __init__(self) -> None:
        self.mine, self.far_end = socket.socketpair()
        self.far_end.setblocking(False)
        self.identity = identity(self.mine.fileno())
        self.taken: list[int] = []

    def take_free_numbers(self) -> None:
        for _ in range(min(TAKEN_AT_ONCE, MOST_TAKEN - len(self.taken))):
            self.taken.append(os.dup(self.mine.fileno()))

    def check(self) -> None:
        """Each number is still what it was, and nothing went through it."""
        for number in self.taken:
            if identity(number) != self.identity:
                raise TrespassError(f"descriptor {number} was closed by somebody who had closed it before")
        try:
            touched = self.far_end.recv(1)
        except BlockingIOError:
            return
        raise TrespassError(f"somebody wrote {touched!r} to a descriptor of another" if touched else "shut down")

    def numbers(self) -> set[int]:
        return {*self.taken, self.mine.fileno(), self.far_end.fileno()}

    def close(self) -> None:
        for number in self.taken:
            if identity(number) == self.identity:
                os.close(number)
        self.mine.close()
        self.far_end.close()


class StrangeThread:
    """Opens, uses and closes pipes all the time; `complaint` tells what happened to one of them."""

    def __init__(self) -> None:
        self.complaint = ""
        self.rounds = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stranger")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.is_set() and not self.complaint:
            try:
                self._use_a_pipe()
            except OSError as error:
                self.complaint = f"a pipe of another thread: {error}"
            self.rounds += 1

    def _use_a_pipe(self) -> None:
        reader, writer = os.pipe()
        identities = identity(reader), identity(writer)
        token = b"%d" % self.rounds
        os.write(writer, token)
        came = os.read(reader, 100)
        if came != token or (identity(reader), identity(writer)) != identities:
            self.complaint = f"a pipe of another thread: wrote {token!r}, read {came!r}, or it is another file now"
        os.close(writer)
        os.close(reader)


def identity(number: int) -> tuple[int, int] | None:
    """What a descriptor refers to; None if it is closed."""
    try:
        status = os.fstat(number)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_descriptors() -> dict[int, str]:
    """By number what each is, as /proc tells."""
    found = {}
    for entry in OPEN_DESCRIPTORS.iterdir():
        try:
            found[int(entry.name)] = os.readlink(entry)
        except OSError:  # the one that lists them, or another thread's
            continue
    return found
