"""Worlds that a program may bring: Ray, Twisted, Celery. Nothing is imported here that it has not imported itself."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.bridge.worlds.arriving import Teller, arrival, arrival_in_thread
from plait.bridge.worlds.other_loops import tell

if TYPE_CHECKING:
    from collections.abc import Callable


def await_ray(ref: Any) -> Any:
    """The object of a reference of Ray. Cancelling cancels its task (`ray.cancel`)."""
    ray = sys.modules["ray"]
    return arrival(lambda teller: ref.future().add_done_callback(partial(tell, teller)), lambda: ray.cancel(ref))


def await_deferred(deferred: Any) -> Any:
    """The result of a Deferred of Twisted, which goes on to its later callbacks too. Cancelling cancels it.

    Deferreds belong to the thread of the reactor: while that runs in another one, it is asked to do all of it.
    """

    def attach(teller: Teller) -> None:
        def succeeded(value: Any) -> Any:
            teller.result(value)
            return value

        def failed(failure: Any) -> None:
            teller.error(failure.value)

        deferred.addCallbacks(succeeded, failed)

    return arrival(lambda teller: _in_reactor(attach, teller), lambda: _in_reactor(deferred.cancel))


def _in_reactor(function: Callable[..., object], *args: Any) -> None:
    reactor = sys.modules.get("twisted.internet.reactor")
    threadable = sys.modules.get("twisted.python.threadable")
    if reactor is None or threadable is None or not reactor.running or threadable.isInIOThread():
        function(*args)
    else:
        reactor.callFromThread(function, *args)


def await_celery(result: Any) -> Any:
    """What the task of Celery returns or raises. Cancelling revokes it: a worker that has not begun it never will."""

    def wait(teller: Teller) -> Any:
        late = sys.modules["celery.exceptions"].TimeoutError
        options = {"interval": limits.BACKEND_LOOK_SECONDS, "disable_sync_subtasks": False}
        while teller.is_awaited:
            try:
                return result.get(timeout=limits.OTHER_LOOP_LOOK_SECONDS, **options)
            except late:
                if result.ready():  # it is the task's own
                    raise
        return result.revoke()

    return arrival_in_thread(wait, "celery")
