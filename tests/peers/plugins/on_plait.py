"""A plugin of pytest for suites that know nothing of plait: every new loop is plait's, by the policy or by `install()`.

PLAIT_BY: "loop" (default) or "install".
"""

import asyncio
import os
import warnings

import plait

if os.environ.get("PLAIT_BY") == "install":
    plait.install()
else:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of policies, from Python 3.14 on
        asyncio.set_event_loop_policy(plait.EventLoopPolicy())

try:
    from blockbuster import BlockBuster
except ImportError:
    pass
else:
    # What it allows asyncio's own modules, in the loop's thread: to wait until a new process has begun, to look at the file of a
    # UNIX socket, to send a file.
    _ALLOWED = {
        "os.read": ("plait/process/spawn.py", {"_fork_with_pipes"}),
        "os.remove": ("plait/connect/unix.py", {"_remove_stale", "remove"}),
        "os.sendfile": ("plait/net/sendfile.py", {"_send_chunk"}),
        "os.unlink": ("plait/connect/unix.py", {"remove"}),
        "os.stat": ("plait/connect/unix.py", {"_remove_stale", "__init__", "remove"}),
    }
    _begin = BlockBuster.__init__

    def _begin_knowing_plait(self, *arguments, **named):  # type: ignore[no-untyped-def]
        _begin(self, *arguments, **named)
        for function, (file, callers) in _ALLOWED.items():
            if function in self.functions:
                self.functions[function].can_block_in(file, callers)

    BlockBuster.__init__ = _begin_knowing_plait
