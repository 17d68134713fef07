"""`plait info`: what runs here, to read and to paste into a bug report."""

from __future__ import annotations

import json
import platform
from typing import Any

import plait


def info(as_json: bool) -> int:
    facts = gather_facts()
    print(json.dumps(facts, indent=2) if as_json else as_table(facts))
    return 0


def gather_facts() -> dict[str, Any]:
    """`plait.build_info()`, the numbers of modules by how they run, and the platform."""
    build = plait.build_info()
    kinds = list(build["modules"].values())
    counts = {kind: kinds.count(kind) for kind in ("compiled", "interpreted")}
    return {**build, "counts": counts, "platform": platform.platform()}


def as_table(facts: dict[str, Any]) -> str:
    rows = {
        "plait": facts["version"],
        "build": build_line(facts),
        "poller": facts["poller"],
        "Python": f"{facts['python']} ({platform.python_implementation()})",
        "platform": facts["platform"],
    }
    return "\n".join(f"{name:<9} {value}" for name, value in rows.items())


def build_line(facts: dict[str, Any]) -> str:
    """Names the modules of a half-compiled build that run interpreted: they make it slow."""
    counts = facts["counts"]
    line = f"{facts['mode']} ({counts['compiled']} modules compiled, {counts['interpreted']} interpreted)"
    if facts["mode"] != "mixed":
        return line
    interpreted = [name for name, kind in facts["modules"].items() if kind == "interpreted"]
    return f"{line}; not compiled: {', '.join(interpreted)}"
