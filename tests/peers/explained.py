"""The tests of others that pass on stock asyncio only, each with the reason: `explained.toml`."""

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True)
class Explanation:
    """`tests` is a pattern of ids, as `fnmatch` has them with brackets taken as they are."""

    suite: str
    tests: str
    reason: str

    def matches(self, test: str) -> bool:
        return fnmatch.fnmatchcase(test, self.tests.replace("[", "[[]"))


def load(text: str | None = None) -> list[Explanation]:
    """All of them; an entry without a reason is an error."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8") if text is None else text)
    return [
        Explanation(suite, entry["tests"], entry["reason"].strip() or _refuse(suite, entry["tests"]))
        for suite, entries in tables.items()
        for entry in entries
    ]


def _refuse(suite: str, tests: str) -> str:
    raise ValueError(f"{FILE.name}: {suite}: {tests!r} has no reason")
