"""The one error that a command shows as a single line: what was typed cannot be done."""

from __future__ import annotations


class BadInput(Exception):  # noqa: N818  (it names the input, not a failure of plait)
    """Says what was wrong and what to type instead. The command prints it to stderr and ends with `exit_code`.

    That is 2, with which argparse, and `python` for a file that does not exist, end; where `python` ends with 1, it is 1.
    """

    exit_code = 2


class NotRunnable(BadInput):
    """There is no such program, or it is none, and `python` ends with 1 for it."""

    exit_code = 1
