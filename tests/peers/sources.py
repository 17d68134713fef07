"""Fetches the newest sdist of a library, installs the library of that version, and unpacks its tests."""

import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .suites import Suite

FETCH_SECONDS = 300


@dataclass
class Source:
    """A suite that is ready to run in `folder`."""

    suite: Suite
    version: str
    folder: Path

    @property
    def has_tests(self) -> bool:
        return any(self.folder.rglob("*test*.py"))


def fetch(suite: Suite, root: Path) -> Source:
    """Bring the library, what its tests need, and the tests themselves."""
    archive = _download(suite.name, root / "sdists")
    version = archive.name.removesuffix(".tar.gz").rpartition("-")[2]
    _pip("install", f"{suite.name}=={version}", *suite.requirements)
    folder = root / f"{suite.name}-{version}"
    _unpack(archive, suite.files, folder)
    return Source(suite, version, folder)


def _download(name: str, folder: Path) -> Path:
    """The sdist; pip builds its metadata in an environment of its own, and checks that it is what it says."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.glob(f"{name}-*"))
    _pip("download", "--no-deps", "--no-binary", name, "--dest", str(folder), name)
    found = set(folder.glob(f"{name}-*.tar.gz"))
    return max(found - before or found, key=lambda path: path.stat().st_mtime)


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=FETCH_SECONDS)


def _unpack(archive: Path, wanted: tuple[str, ...], folder: Path) -> None:
    """Only `wanted`: the package itself is the installed one, with its compiled parts."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            inner = member.name.partition("/")[2]
            if any(inner == name or inner.startswith(f"{name}/") for name in wanted):
                member.name = inner
                tar.extract(member, folder, filter="data")
