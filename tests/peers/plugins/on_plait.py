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
    # What blockbuster allows asyncio's own modules: to wait until a new process has begun, in the loop's thread.
    _begin = BlockBuster.__init__

    def _begin_knowing_plait(self, *arguments, **named):  # type: ignore[no-untyped-def]
        _begin(self, *arguments, **named)
        self.functions["os.read"].can_block_in("plait/process/spawn.py", "_fork_with_pipes")

    BlockBuster.__init__ = _begin_knowing_plait
