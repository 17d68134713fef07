"""No file names a folder of the machine it was written on."""

from __future__ import annotations

import re
import subprocess

import pytest

from . import sources

PRIVATE = re.compile(r"(?<![\w.$}-])/(?:work|home|root|Users)/[\w.]")


def test_no_file_names_a_private_path() -> None:
    listing = ["git", "-c", f"safe.directory={sources.ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=sources.ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so what belongs to the project is not known")
    for name in listed.stdout.splitlines():
        path = sources.ROOT / name
        if path.is_file():  # not one that was deleted, but is not committed yet
            text = path.read_text(encoding="utf-8", errors="replace")
            assert PRIVATE.search(text) is None, f"{name}: {PRIVATE.findall(text)}"
