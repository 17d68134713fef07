"""Starts a kernel as Jupyter does, and runs cells in it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

# Seconds after which a kernel counts as hung; it takes one to start on an idle machine.
HANG_SECONDS = 60


@dataclass
class Outcome:
    """What came of a cell."""

    status: str = ""
    printed: str = ""
    value: str = ""
    error: str = ""
    traceback: list[str] = field(default_factory=list)


class Kernel:
    """A kernel process and its client."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=HANG_SECONDS)

    def run(self, code: str) -> Outcome:
        """Run a cell to its end."""
        return self.outcome(self.begin(code))

    def begin(self, code: str) -> str:
        """Send a cell; returns the number of the request."""
        request: str = self.client.execute(code, store_history=True)
        return request

    def outcome(self, request: str) -> Outcome:
        """Wait for the end of a cell."""
        outcome = Outcome()
        for kind, content in self.messages(request):
            self.note(outcome, kind, content)
        deadline = time.monotonic() + HANG_SECONDS
        while True:
            reply = self.client.get_shell_msg(timeout=max(deadline - time.monotonic(), 0))
            if reply["parent_header"].get("msg_id") == request:
                outcome.status = reply["content"]["status"]
                return outcome

    def note(self, outcome: Outcome, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            outcome.printed += content["text"]
        elif kind == "execute_result":
            outcome.value = content["data"]["text/plain"]
        elif kind == "error":
            outcome.error = content["ename"]
            outcome.traceback = content["traceback"]

    def messages(self, request: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What the kernel publishes about a cell, until it is done with it."""
        deadline = time.monotonic() + HANG_SECONDS
        while True:
            message = self.client.get_iopub_msg(timeout=max(deadline - time.monotonic(), 0))
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return
            yield kind, content

    def wait_printed(self, request: str, text: str) -> None:
        """Wait until a cell that runs has printed `text`."""
        printed = ""
        for kind, content in self.messages(request):
            printed += content["text"] if kind == "stream" else ""
            if text in printed:
                return
        raise AssertionError(f"the cell has ended; it printed {printed!r}")

    def interrupt(self) -> None:
        """What the button of a notebook does."""
        self.manager.interrupt_kernel()


@contextlib.contextmanager
def started(name: str, share: Path | None = None) -> Iterator[Kernel]:
    """The kernel `name`, installed in the folder `share`; in the end it is told to shut down, and has to."""
    manager = KernelManager(kernel_name=name)
    if share is not None:
        manager.kernel_spec_manager.kernel_dirs.insert(0, str(share / "jupyter" / "kernels"))
    manager.start_kernel(stderr=subprocess.PIPE)
    kernel = None
    try:
        kernel = Kernel(manager)
        yield kernel
        assert manager.is_alive()
        kernel.client.shutdown()
        assert manager.provisioner is not None
        process: Any = manager.provisioner.process  # type: ignore[attr-defined]
        process.stdin = None  # it is closed already
        errors = process.communicate(timeout=HANG_SECONDS)[1].decode()
        assert process.returncode == 0, errors
        for complaint in ("cannot enter context", "destroyed but it is pending", "never retrieved", "never awaited"):
            assert complaint not in errors, errors
    finally:
        if kernel is not None:
            kernel.client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        manager.context.destroy()


def plait(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command `plait`, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "plait", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
