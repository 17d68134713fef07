"""The tests of CPython that plait does not have to pass, one by one, and why.

A test is named ``Class.test``; ``*`` stands for any part of a name, where a test is inherited by several classes.
All are run but those that cannot end, so that an entry that is not needed any more is found.
"""

import fnmatch
import sys
from dataclasses import dataclass
from typing import Any

Version = tuple[int, int]


@dataclass(frozen=True)
class LeftOut:
    """One entry, and where it applies."""

    test: str
    kind: str
    why: str
    loop: str = "any"
    before: Version = (9, 0)
    since: Version = (3, 0)
    is_run: bool = True

    def applies(self, loop: str) -> bool:
        return self.loop in ("any", loop) and self.since <= sys.version_info[:2] < self.before

    def matches(self, test: str) -> bool:
        return fnmatch.fnmatchcase(test, self.test)


def private(test: str, name: str, **where: Any) -> LeftOut:
    """The test looks at, or replaces, a name that asyncio does not document."""
    return LeftOut(test, "private", name, **where)


def twin(test: str, why: str, **where: Any) -> LeftOut:
    """The test is of asyncio's own objects, and runs none of plait's."""
    return LeftOut(test, "twin", why, **where)


def network(test: str, **where: Any) -> LeftOut:
    """Connections, servers, pipes and subprocesses come with a later issue."""
    return LeftOut(test, "network", "a later issue", **where)


def different(test: str, why: str, **where: Any) -> LeftOut:
    """plait differs on purpose; `why` is the name of the difference in docs/differences.md."""
    return LeftOut(test, "difference", why, **where)


LEFT_OUT: dict[str, list[LeftOut]] = {
}
