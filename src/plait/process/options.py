"""Which options of `subprocess.Popen` a loop takes, and what to do instead of those that it does not."""

from __future__ import annotations

from typing import Any

_NOT_TEXT = "pipes carry bytes here: leave it out, and decode what is read"
_REFUSED: dict[str, tuple[tuple[Any, ...], str]] = {
    "universal_newlines": ((False, None), _NOT_TEXT),
    "text": ((False, None), _NOT_TEXT),
    "encoding": ((None,), _NOT_TEXT),
    "errors": ((None,), _NOT_TEXT),
    "bufsize": (
        (0,),
        "the streams have buffers of their own: leave it out, or give limit= to create_subprocess_exec()",
    ),
}


def check(options: dict[str, Any], *, shell: bool) -> None:
    """Raise ValueError for an option with which the loop could not do its part; take those out that say nothing."""
    for name, (allowed, instead) in _REFUSED.items():
        value = options.pop(name, allowed[0])
        if not any(value is each or value == each for each in allowed):
            raise ValueError(f"{name} must be {allowed[0]}, not {value!r}: {instead}")
    if options.pop("shell", shell) is not shell:
        other = "subprocess_exec" if shell else "subprocess_shell"
        raise ValueError(f"shell must be {shell}: the function for the other way is {other}()")


def check_command(command: Any) -> None:
    """A shell takes one string."""
    if not isinstance(command, str | bytes):
        raise ValueError(
            f"cmd must be a string, not {command!r}: join it with shlex.join(), or give its parts to subprocess_exec()"
        )
