"""`scripts/bench` measures the rows asked for and writes down what came out; how fast is no matter here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "scripts" / "bench"), *words],
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def measured(folder: Path, *words: str) -> tuple[str, dict[str, Any]]:
    """The table, and by name the rows of what was written as JSON."""
    done = run_bench(*words, "--quick", "--json", str(folder / "out.json"))
    assert done.returncode == 0, done.stderr + done.stdout
    written = json.loads((folder / "out.json").read_text())
    return done.stdout, {row["name"]: row for row in written["rows"]}


def test_a_row_of_the_core(tmp_path: Path) -> None:
    table, rows = measured(tmp_path, "core", "--rows", "sleep(0)", "--loops", "asyncio")
    assert list(rows) == ["sleep(0)"]
    assert rows["sleep(0)"]["contestants"]["asyncio"]["median"] > 0
    assert rows["sleep(0)"]["best_peer"] == "asyncio"
    assert "sleep(0)" in table


@pytest.mark.usefixtures("c_compiler")
def test_an_echo_server_beside_the_one_in_c(tmp_path: Path) -> None:
    name = "Protocol 10 × 1 KiB"
    table, rows = measured(tmp_path, "net", "--rows", name, "--loops", "asyncio")
    assert "plait ÷ C" in table
    figures = rows["Protocol 10 × 1 KiB"]["contestants"]
    assert figures["asyncio"]["median"] > 0
    assert figures["floor"]["median"] > 0
    assert rows[name]["most"] == 1.15


@pytest.mark.usefixtures("c_compiler")
def test_an_operation_without_clients(tmp_path: Path) -> None:
    _, rows = measured(tmp_path, "net", "--rows", "getaddrinfo", "--loops", "asyncio")
    (row,) = rows.values()
    assert row["contestants"]["asyncio"]["median"] > 0
    assert "floor" not in row["contestants"]


@pytest.mark.parametrize(
    "name", ["from_callback", "bridge.thread", "Queue, thread to coroutine", "map over an executor"]
)
def test_a_crossing_of_each_kind(tmp_path: Path, name: str) -> None:
    table, rows = measured(tmp_path, "bridge", "--rows", name, "--loops", "plait,plait-on-asyncio,asyncio")
    assert list(rows) == [name]
    assert name in table
    figures = rows[name]["contestants"]
    assert figures["plait"]["median"] > 0
    assert figures["plait-on-asyncio"]["median"] > 0
    assert ("asyncio" in figures) is (rows[name]["best_peer"] == "asyncio") is not name.startswith("Queue")


def test_what_the_suite_of_frameworks_lacks_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "http", "--quick"],
        cwd=ROOT,
        env=os.environ | {"PATH": str(tmp_path)},  # no program at all
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "needs " in done.stderr
    assert "wrk" in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["bridge", "--rows", "no such row"], "no row is named 'no such row'"),
        (["core", "--rows", "no such row"], "no row is named 'no such row'"),
        (["core", "--loops", "tokio"], "no contestant is named tokio"),
        (["net", "--rows", "no such row"], "no row is named 'no such row'"),
    ],
)
def test_an_unknown_name_is_told(words: list[str], complaint: str) -> None:
    done = run_bench(*words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
