"""The one error that a command shows as a single line: what was typed cannot be done."""

from __future__ import annotations


class BadInput(Exception):  # noqa: N818  (it names the input, not a failure of plait)
    """Says what was wrong and what to type instead. The command prints it to stderr and ends with exit code 2."""
