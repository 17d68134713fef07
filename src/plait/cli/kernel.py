"""`plait kernel`: a Jupyter kernel whose loop is plait's."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import new_event_loop
from plait.cli.bad_input import BadInput

if TYPE_CHECKING:
    from argparse import Namespace


def install(options: Namespace) -> int:
    """Write a kernelspec that Jupyter finds, and say where and how to be rid of it."""
    manager = find_manager()
    name = checked_name(options.name)
    if name in manager.find_kernel_specs():
        refuse_other(manager, name, "choose another --name")
    folder = write(options)
    prefix = sys.prefix if options.sys_prefix else options.prefix
    try:
        place = manager.install_kernel_spec(folder, kernel_name=name, user=prefix is None, prefix=prefix)
    except OSError as error:
        raise BadInput(f"{error}; name a folder that you may write to: --user, --prefix") from error
    finally:
        shutil.rmtree(Path(folder).parent)
    print(f"installed the kernel {name!r} in {place}")
    print(f"to remove it, type `plait kernel uninstall --name {name}`, or delete that folder")
    return 0


def write(options: Namespace) -> str:
    """ipykernel's own specification in a new folder, with another command."""
    from ipykernel.kernelspec import get_kernel_dict, write_kernel_spec

    argv = get_kernel_dict(python_arguments=["-Xfrozen_modules=off"])["argv"]
    launcher = argv.index("-m") + 1
    argv[launcher : launcher + 1] = ["plait", "kernel", "start"]
    display_name = options.display_name or f"Python {sys.version_info[0]} (plait)"
    folder: str = write_kernel_spec(overrides={"argv": argv, "display_name": display_name})
    return folder


def uninstall(options: Namespace) -> int:
    """Remove what `install` has written."""
    manager = find_manager()
    name = checked_name(options.name)
    place = manager.find_kernel_specs().get(name)
    if place is None:
        raise BadInput(f"there is no kernel {name!r}; `jupyter kernelspec list` lists those that there are")
    refuse_other(manager, name, f"to remove it, type: jupyter kernelspec remove {name}")
    shutil.rmtree(place)
    print(f"removed the kernel {name!r} from {place}")
    return 0


def start(options: Namespace) -> int:
    """Be the kernel: what Jupyter starts."""
    find_manager()
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # IPython puts it back, when it has imported what it needs
    asyncio.set_event_loop(new_event_loop())
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=options.arguments)
    return 0


def find_manager() -> Any:
    try:
        import ipykernel  # noqa: F401
        from jupyter_client.kernelspec import KernelSpecManager
    except ImportError as error:
        raise BadInput(f"{error}; type: {Path(sys.executable).name} -m pip install ipykernel") from error
    return KernelSpecManager()


def checked_name(name: str) -> str:
    """In lower case, as Jupyter lists it."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise BadInput(f"{name!r} cannot be the name of a kernel; use letters, digits, `-`, `.` and `_`")
    return name.lower()


def refuse_other(manager: Any, name: str, fix: str) -> None:
    if "plait" not in manager.get_kernel_spec(name).argv:
        raise BadInput(f"the kernel {name!r} is not plait's; {fix}")
