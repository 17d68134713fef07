"""Builds what the net suite needs beside Python: the echo server and the load client in C, and a certificate."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from benchmarks.contestants import ROOT

SOURCES = Path(__file__).resolve().parent
BUILT = ROOT / "build" / "bench" / "-".join(part for part in platform.libc_ver() if part)
"""A folder of each C library's own: this tree may be seen by several systems."""

FLAGS = ("-O2", "-Wall", "-Wextra")
TLS_FLAGS = ("-DWITH_TLS", "-lssl", "-lcrypto")

BUILD_PATIENCE = 60.0
"""Seconds the compiler may take."""


def echo_server() -> Path:
    """The plain C echo server."""
    return build("echo", "echo.c")


def load_client() -> Path:
    """The load client, which speaks no TLS."""
    return build("load", "load.c")


def tls_load_client() -> Path:
    """The load client with OpenSSL, whose headers must be installed."""
    return build("load-tls", "load.c", TLS_FLAGS)


def build_all() -> None:
    """Build what every machine with a C compiler can; a `LookupError` tells what is missing."""
    echo_server()
    load_client()


def build(name: str, source: str, flags: tuple[str, ...] = ()) -> Path:
    """Compile unless what is there is newer than its source."""
    program, text = BUILT / name, SOURCES / source
    if not is_newer(program, text):
        make(program, [compiler(), *FLAGS, str(text), *flags, "-o"])
    return program


def certificate() -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    key, chain = BUILT / "key.pem", BUILT / "certificate.pem"
    program = shutil.which("openssl")
    if program is None:
        raise LookupError("needs the program openssl, which makes a certificate")
    if not key.exists():
        make(key, [program, "ecparam", "-genkey", "-name", "prime256v1", "-out"])
    if not is_newer(chain, key):
        request = ["req", "-new", "-x509", "-key", str(key), "-subj", "/CN=localhost", "-days", "3650"]
        make(chain, [program, *request, "-out"])
    return chain, key


def make(target: Path, command: list[str]) -> None:
    """Run a command that writes a file; it is put in its place at once, as somebody else may be building it, too."""
    BUILT.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        done = subprocess.run(
            [*command, str(draft)], capture_output=True, text=True, timeout=BUILD_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise LookupError(f"{command[0]} does not end") from None
    if done.returncode:
        raise LookupError(f"cannot make {target.name}: {first_error(done.stderr)}")
    draft.replace(target)


def compiler() -> str:
    found = shutil.which(os.environ.get("CC", "cc"))
    if found is None:
        raise LookupError("needs a C compiler, cc or what CC names: the reference and the load client are C programs")
    return found


def is_newer(target: Path, source: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def first_error(text: str) -> str:
    lines = [line for line in text.splitlines() if "error" in line.lower()] or text.splitlines() or ["no message"]
    return lines[0]
