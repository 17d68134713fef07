"""The libraries' own servers, each as a program, to be killed and started again in the middle."""

import sys
from collections.abc import Sequence
from pathlib import Path

from certificates import AUTHORITY_VARIABLE, save_authority

from .servers import Server
from .ways import Way


class ServerProgram(Server):
    """What `serving()` in the test file of `library` serves, in a process of its own, which goes the session's way."""

    def __init__(self, library: str, way: Way, *, is_tls: bool = False) -> None:
        super().__init__()
        self.library, self.way, self.is_tls = library, way, is_tls

    def prepare(self) -> None:
        if self.is_tls:
            save_authority(self.folder)

    def command(self) -> Sequence[str]:
        options = [self.way.name, self.library, str(self.port), *(["is_tls"] if self.is_tls else [])]
        return [sys.executable, "-P", str(Path(__file__).with_name("server_program.py")), *options]

    def variables(self) -> dict[str, str]:
        folder = str(self.folder)
        return {"TMPDIR": folder} | ({AUTHORITY_VARIABLE: folder} if self.is_tls else {})

    @property
    def address(self) -> str:
        """What follows `http` or `ws` in a URL: the name in the certificate, and the port."""
        return f"{'s' if self.is_tls else ''}://localhost:{self.port}"
