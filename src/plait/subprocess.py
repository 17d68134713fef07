"""What `asyncio.subprocess` offers, of plait."""

from __future__ import annotations

from plait.process.process import DEVNULL as DEVNULL
from plait.process.process import PIPE as PIPE
from plait.process.process import STDOUT as STDOUT
from plait.process.process import Process as Process
from plait.process.process import create_subprocess_exec as create_subprocess_exec
from plait.process.process import create_subprocess_shell as create_subprocess_shell
from plait.process.stream_protocol import SubprocessStreamProtocol as SubprocessStreamProtocol

__all__ = ["create_subprocess_exec", "create_subprocess_shell"]
