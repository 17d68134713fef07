"""`plait info`: what runs here, to read and to paste into a bug report."""

from __future__ import annotations

import json
from typing import Any

import plait


def info(as_json: bool) -> int:
    facts = gather_facts()
    print(json.dumps(facts, indent=2) if as_json else as_table(facts))
    return 0


def gather_facts() -> dict[str, Any]:
    """`plait.build_info()`, and how many of its modules run compiled and how many interpreted."""
    build = plait.build_info()
    kinds = list(build["modules"].values())
    return build | {"counts": {kind: kinds.count(kind) for kind in ("compiled", "interpreted")}}


def as_table(facts: dict[str, Any]) -> str:
    rows = {
        "plait": facts["version"],
        "build": build_line(facts),
        "poller": facts["poller"],
        "Python": facts["python"],
        "platform": facts["platform"],
    }
    return "\n".join(f"{name:<9} {value}" for name, value in rows.items())


def build_line(facts: dict[str, Any]) -> str:
    """Names the modules that a half-compiled build runs interpreted: they make it slow."""
    compiled, interpreted = facts["counts"]["compiled"], facts["counts"]["interpreted"]
    line = f"{facts['mode']} ({compiled} of {compiled + interpreted} modules compiled)"
    if facts["mode"] != "mixed":
        return line
    names = [name for name, kind in facts["modules"].items() if kind == "interpreted"]
    return f"{line}; not compiled: {', '.join(names)}"
