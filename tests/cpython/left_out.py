"""The tests of CPython that plait does not have to pass, one by one, and why.

A test is named ``Class.test``; ``*`` stands for any part of a name, where several classes inherit a test.
All are run, to find the entries that are not needed any more, except tests of asyncio's own objects and those that hang.
"""

import fnmatch
import functools
import os
import sys
from dataclasses import dataclass
from typing import Any

Version = tuple[int, int]


@dataclass(frozen=True)
class LeftOut:
    """One entry, and where it applies."""

    test: str
    kind: str
    why: str
    loop: str = "any"
    build: str = "any"
    before: Version = (9, 0)
    since: Version = (3, 0)
    is_run: bool = True

    def applies(self, loop: str, build: str) -> bool:
        """Whether it counts on this Python, on whose loop, in a "compiled" or "interpreted" build."""
        here = self.loop in ("any", loop) and self.build in ("any", build)
        return here and self.since <= sys.version_info[:2] < self.before

    def matches(self, test: str) -> bool:
        return fnmatch.fnmatchcase(test, self.test)


def private(test: str, name: str, **where: Any) -> LeftOut:
    """The test looks at, or replaces, a name that asyncio does not document."""
    return LeftOut(test, "private", name, **where)


def twin(test: str, why: str, **where: Any) -> LeftOut:
    """The test is of asyncio's own objects, and runs none of plait's."""
    return LeftOut(test, "twin", why, is_run=False, **where)


def terminal(test: str) -> list[LeftOut]:
    """The test opens a terminal: an entry only on a machine that has none, as a container without /dev/pts."""
    return [] if _has_terminals() else [LeftOut(test, "machine", "os.openpty()")]


def older(test: str, before: Version, **where: Any) -> LeftOut:
    """The test is of what asyncio did on Pythons before one; plait does what the newest does on all of them."""
    return LeftOut(test, "older", "newest", before=before, **where)


def different(test: str, why: str, **where: Any) -> LeftOut:
    """plait differs on purpose; `why` is the name of the difference in docs/differences.md."""
    return LeftOut(test, "difference", why, **where)


@functools.cache
def _has_terminals() -> bool:
    try:
        ends = os.openpty()
    except OSError:
        return False
    for end in ends:
        os.close(end)
    return True


LEFT_OUT: dict[str, list[LeftOut]] = {
    "futures": [
        different("*.test_use_after_free_on_fut_callback_0_with_evil__eq__", "checked at the call", since=(3, 14)),
        twin("Py*Tests.*", "futures in Python, on asyncio's loop", loop="asyncio"),
        different("C*FutureTests.test_uninitialized", "without its constructor", build="interpreted"),
        different("CFuture*.test_inherit_without_calling_super_init", "without its constructor", build="interpreted"),
        private("CFutureTests.test_future_del_segfault", "del Future._asyncio_future_blocking"),
        private("C*FutureTests.test_future_cancel_message_setter", "del Future._cancel_message", since=(3, 14)),
        older("C*FutureTests.test_exception", before=(3, 13)),
        different("*.test_use_after_free_on_fut_*_0_with_evil__getattribute__", "direct to the core", loop="plait"),
        older("*.test_use_after_free_on_fut_context_0_with_evil__getattribute__", before=(3, 15), loop="asyncio"),
    ],
    "futures2": [
        older("FutureReprTests.test_recursive_repr_for_pending_tasks", before=(3, 12)),
    ],
    "tasks": [
        twin("PyTask_PyFuture_*Tests.*", "tasks and futures in Python, on asyncio's loop", loop="asyncio"),
        twin("PyIntrospectionTests.*", "the registry in Python", loop="asyncio"),
        twin("PyCurrentLoopTests.*", "the registry in Python", loop="asyncio"),
        twin("GenericTaskTests.test_asyncio_module_compiled", "whether asyncio is compiled"),
        twin("*.test_env_var_debug", "asyncio.coroutines._is_debug_mode()"),
        private("*.test_log_destroyed_pending_task", "BaseEventLoop._ready", loop="plait"),
        private("*.test_stop_while_run_in_complete", "the generator that moves the tests' own clock", loop="plait"),
        private("*.test_*_discards_awaited_by_for_*", "Future._asyncio_awaited_by"),
        different("CTask*.test_log_destroyed_pending_task", "strong tasks", loop="asyncio"),
        different("*.test_error_in_call_soon", "direct to the core", loop="plait"),
        different("*.test_sleep_cancel", "direct to the core"),
        different("*.test_get_context_uninitialized_segfault", "without its constructor", build="interpreted"),
        different("*.test_proper_refcounts", "checked at the call", since=(3, 14)),
        older("*.test_as_completed_coroutine_without_loop", before=(3, 13)),
        older("*.test_as_completed_invalid_args", before=(3, 13)),
        older("*.test_cancel_gather_1", before=(3, 12)),
        older("*.test_shield_cancel_outer_exception", before=(3, 15)),
    ],
    "locks": [
        private("LockTests.test_cancel_race", "Lock._waiters"),
        private("EventTests.test_clear_with_waiters", "Event._waiters"),
        private("*.test_repr", "Lock._waiters, …", build="compiled"),
        private("ConditionTests.test_ambiguous_loops", "Lock._loop"),
        private("SemaphoreTests.test_acquire_fifo_order_4", "Semaphore._value"),
        different("LockTests.test_lock", "names of compiled types", build="compiled"),
        different("LockTests.test_lock_by_with_statement", "names of compiled types", build="compiled"),
        different("LockTests.test_lock_doesnt_accept_loop_parameter", "names of compiled types", build="compiled"),
        different("SemaphoreTests.test_semaphore", "names of compiled types", build="compiled"),
        different("ConditionTests.test_notify", "hand-over"),
        different("ConditionTests.test_notify_all", "hand-over"),
        different("SemaphoreTests.test_acquire_fifo_order_2", "hand-over"),
    ],
    "queues": [
        private("QueueGetTests.test_get_with_putters", "Queue._putters"),
    ],
    "taskgroups": [
        different("Test*TaskGroup.test_taskgroup_without_parent_task", "at the call"),
        older("Test*TaskGroup.test_taskgroup_finished", before=(3, 13)),
        older("Test*TaskGroup.test_taskgroup_no_create_task_after_failure", before=(3, 13)),
        older("Test*TaskGroup.test_taskgroup_not_entered", before=(3, 13)),
    ],
    "timeouts": [
        different("TimeoutTests.test_timeout_without_task", "at the call"),
    ],
    "waitfor": [
        older("AsyncioWaitForTest.test_wait_for_self_cancellation", before=(3, 12)),
    ],
    "pep492": [
        different("CoroutineTests.test_iscoroutinefunction", "not deprecated", since=(3, 14)),
    ],
    "runners": [
        older("RunTests.test_asyncio_run_only_coro", before=(3, 14)),
        older("RunnerTests.test_run_non_coro", before=(3, 14)),
        older("RunnerTests.test_run_future", before=(3, 14), is_run=False),
        different("RunnerTests.test_recursive_run", "refused means closed"),
    ],
    "eager_task_factory": [
        twin("Py*Tests.*", "tasks in Python, on asyncio's loop", loop="asyncio"),
        twin("*EagerPyTaskTests.*", "tasks in Python, on asyncio's loop", loop="asyncio"),
        twin("CEagerTaskFactoryLoopTests.test_issue105987", "_asyncio._swap_current_task()"),
    ],
    "subprocess": [
        different("Subprocess*Tests.test_pause_reading", "one switch a read", is_run=False),
        different(
            "GenericWatcherTests.test_create_subprocess_fails_with_inactive_watcher", "no child watchers", loop="plait"
        ),
        private("Subprocess*WatcherTests.test_watcher_implementation", "loop._watcher", loop="plait"),
        private(
            "SubprocessThreadedWatcherTests.test_pid_not_reaped_before_exit_published",
            "loop._watcher._threads",
            loop="plait",
        ),
    ],
    "events": [
        twin("AbstractEventLoopTests.*", "the abstract class, which only raises"),
        twin("TestAbstractServer.*", "the abstract class, which only raises"),
        twin("PolicyTests.test_event_loop_policy", "the abstract class, which only raises"),
        twin("HandleTests.test_coroutine_like_object_debug_formatting", "asyncio.coroutines._format_coroutine()"),
        twin("TestPyGetEventLoop.*", "_set_running_loop() in Python, unknown to _asyncio._enter_task()", since=(3, 14)),
        private("*EventLoopTests.test_call_soon_threadsafe_handle_*", "events._ThreadSafeHandle", is_run=False),
        private("*EventLoopTests.test_timeout_rounding", "BaseEventLoop._run_once, _clock_resolution"),
        private("*EventLoopTests.test_create_server_multiple_hosts_*", "asyncio.base_events.socket, a mock"),
        private("*EventLoopTests.test_create_ssl_*connection", "the name of the class of the transport"),
        private("*EventLoopTests.test_prompt_cancellation", "BaseSelectorEventLoop._stop_serving"),
        different("*EventLoopTests.test_datagram_write_error_close_from_callback", "closed is closed"),
        different("*EventLoopTests.test_run_until_complete_nesting", "nested runs"),
        *terminal("*EventLoopTests.test_*_pty*"),
        *terminal("UnixPipeObjectSupportTests.test_*_character_device"),
    ],
    "base_events": [
        twin("BaseEventTests.*", "helpers of asyncio.base_events"),
        twin("BaseLoopSockSendfileTests.*", "asyncio.selector_events.BaseSelectorEventLoop"),
        twin("TestSelectorUtils.*", "helpers of asyncio.base_events"),
        private("BaseEventLoopTests.test__add_callback_cancelled_handle", "BaseEventLoop._add_callback"),
        private("BaseEventLoopTests.test__add_callback_handle", "BaseEventLoop._add_callback"),
        private("BaseEventLoopTests.test__run_once*", "BaseEventLoop._scheduled, _selector"),
        private("BaseEventLoopTests.test_call_later", "BaseEventLoop._scheduled"),
        private("BaseEventLoopTests.test_call_soon", "BaseEventLoop._ready"),
        private("BaseEventLoopTests.test_custom_run_forever_integration", "BaseEventLoop._run_forever_setup"),
        private("BaseEventLoopTests.test_not_implemented", "BaseEventLoop._make_socket_transport, …"),
        private("BaseEventLoopTests.test_run_forever_pre_stopped", "BaseEventLoop._selector"),
        private(
            "BaseEventLoopTests.test_single_selecter_event_callback_after_stopping", "BaseEventLoop._process_events"
        ),
        private("BaseEventLoopWithSelectorTests.test_accept_connection_*", "BaseSelectorEventLoop._accept_connection"),
        private(
            "BaseEventLoopWithSelectorTests.test_create_connection_bluetooth", "asyncio.base_events.socket, a mock"
        ),
        private("*.test_create_connection_happy_eyeballs*", "asyncio.base_events.socket, a mock", since=(3, 14)),
        older("*.test_create_datagram_endpoint_wrong_sock", before=(3, 13)),
        private("*.test_create_connection_*transport_error_closes_sock", "socket.socket, a mock", since=(3, 14)),
        private("BaseEventLoopWithSelectorTests.test_create_connection_i*", "asyncio.base_events.socket, a mock"),
        private(
            "BaseEventLoopWithSelectorTests.test_create_connection_multiple_*", "asyncio.base_events.socket, a mock"
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_connection_no_inet_pton", "asyncio.base_events.socket, a mock"
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_connection_service_name", "asyncio.base_events.socket, a mock"
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_connection_ssl_*", "BaseSelectorEventLoop._make_ssl_transport"
        ),
        private("BaseEventLoopWithSelectorTests.test_create_connection_timeout", "asyncio.base_events.socket, a mock"),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_cant_bind",
            "asyncio.base_events.socket, a mock",
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_ip_addr", "asyncio.base_events.socket, a mock"
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_no_addrinfo",
            "asyncio.base_events.socket, a mock",
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_nosoreuseport",
            "asyncio.base_events.socket, a mock",
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_setblk_err",
            "asyncio.base_events.socket, a mock",
        ),
        private(
            "BaseEventLoopWithSelectorTests.test_create_datagram_endpoint_socket_err",
            "asyncio.base_events.socket, a mock",
        ),
        private("BaseEventLoopWithSelectorTests.test_create_server_cant_bind", "asyncio.base_events.socket, a mock"),
        private("BaseEventLoopWithSelectorTests.test_create_server_*reuseport*", "asyncio.base_events.socket, a mock"),
    ],
    "sendfile": [
        private("*.test_sendfile_force_unsupported_native", "BaseEventLoop._sendfile_native"),
    ],
    "transports": [
        twin("TransportTests.*", "the abstract classes, and _FlowControlMixin"),
    ],
    "protocols": [
        twin("ProtocolsAbsTests.*", "the abstract classes"),
    ],
    "server": [
        private("TestServer2.test_wait_closed_*", "server._attach()", before=(3, 13)),
    ],
    "unix_events": [
        older("SelectorEventLoopUnixSocketTests.test_create_unix_server_path_stream_bittype", before=(3, 13)),
        private("PidfdChildWatcherTests.test_pidfd_closed_when_waitpid_raises", "transport._process_exited()"),
        twin("UnixReadPipeTransportTests.*", "asyncio.unix_events._UnixReadPipeTransport"),
        twin("UnixWritePipeTransportTests.*", "asyncio.unix_events._UnixWritePipeTransport"),
        private("SelectorEventLoopSignalTests.*", "asyncio.unix_events.signal, _signal_handlers, …"),
        private("SelectorEventLoopUnixSockSendfileTests.*", "_UnixSelectorEventLoop._sock_sendfile_native, …"),
        private(
            "SelectorEventLoopUnixSocketTests.test_create_unix_server_bind_error", "asyncio.unix_events.socket, a mock"
        ),
    ],
    "selector_events": [
        twin("Selector*TransportTests.*", "asyncio.selector_events._SelectorTransport and its kin"),
        twin("SelectorSocketTransportBufferedProtocolTests.*", "asyncio.selector_events._SelectorSocketTransport"),
        twin("BaseSelectorEventLoopTests.*", "asyncio.selector_events.BaseSelectorEventLoop"),
    ],
    "ssl": [
        private("TestSSL.test_flush_before_shutdown", "Transport._ssl_protocol", is_run=False),
        private(
            "TestSSL.test_remote_shutdown_receives_trailing_data*",
            "Transport._test__append_write_backlog",
            is_run=False,
        ),
    ],
    "sslproto": [
        twin("SslProtoHandshakeTests.*", "asyncio.sslproto.SSLProtocol"),
        private(
            "*.test_create_connection_ssl_failed_certificate_no_cycles", "SSLProtocol.connection_made() is replaced"
        ),
        twin("*StartTLSTests.test_buf_feed_data", "asyncio.protocols._feed_data_to_buffered_proto()"),
    ],
}
