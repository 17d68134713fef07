"""Every number that plait chose, with its unit and its reason."""

from __future__ import annotations

import os

RUNS_BETWEEN_POLLS = 64
"""Callbacks. A poll that finds nothing costs about as much as three task switches, so this keeps it below 5 %."""

CROWD = 64
"""Callbacks or timers. The collector passes over what comes to a longer queue; for fewer, that costs more than it saves."""

READY_QUEUE_ROOM = 64
"""Callbacks. A power of two. What the queue of a new loop holds before it grows; 512 bytes."""

READY_QUEUE_BURST = 4096
"""Callbacks. Room for more than these, 32 KiB, is cut to an eighth when fewer are left in it."""

EVENTS_A_POLL = 256
"""Events. One system call serves this many descriptors; more would only delay the first of them."""

CANCELLED_TIMERS_KEPT = 64
"""Timers. Below this, sweeping cancelled timers out of the queue costs more than keeping them."""

SLOW_CALLBACK_SECONDS = 0.1
"""Seconds. What asyncio's debug mode calls slow."""

COARSE_CLOCK_LAG_SECONDS = 0.1
"""Seconds. The coarse clock is behind by a tick, at most 0.01 s; a machine that stalls may leave it behind by more."""

LONGEST_POLL_SECONDS = 24 * 3600.0
"""Seconds. asyncio's bound, which keeps every poller's timeout within its integer."""

FRAMES_TO_TURN = 64
"""Frames. What Python's stack must have room for where a run inside a run begins: the loop's own work below it may not fail."""

DEBUG_STACK_DEPTH = 10
"""Frames. What asyncio keeps of where a future was created in debug mode."""

EXECUTOR_JOIN_SECONDS = 300.0
"""Seconds. What asyncio's Runner grants the default executor to finish."""

WORKERS = 32
"""Threads. The bound of ThreadPoolExecutor: processors + 4, but not over this."""

RESOLVER_THREADS = 16
"""Threads. Lookups wait for servers, not for a processor: as many may hang before one that would not is delayed."""

BUSY_PEER_RETRY_SECONDS = 0.005
"""Seconds. A UNIX socket whose peer has a full backlog tells nobody when there is room again; it has to be asked."""

JOINED_CHUNK_BYTES = 1024
"""Bytes. What a stream's reader holds in smaller chunks it joins: a chunk costs 48 bytes beside its content."""

STREAM_LIMIT_BYTES = 64 * 1024
"""Bytes. asyncio's bound of a line; a reader that holds twice as many pauses its transport."""

TLS_RECORD_BYTES = 16 * 1024
"""Bytes. What a record of TLS holds at most (RFC 8446, section 5.1)."""

TLS_RECEIVE_BYTES = 72 * 1024
"""Bytes. Four full records and what surrounds them in one read; the engine of each connection keeps room for as much."""

TLS_BLOCK_BYTES = 64 * 1024
"""Bytes. Encrypted and sent in one go: larger blocks leave the processor's cache and save nothing."""

TLS_DISCARD_BYTES = 16 * 1024 * 1024
"""Bytes. What may still arrive between our close_notify and the peer's: the bytes under way, of which Linux lets the two sockets
hold 10 MiB (the last of tcp_wmem and tcp_rmem), but not a download. With less, the reset would cost the peer our last words."""

TLS_HANDSHAKE_SECONDS = 60.0
"""Seconds. asyncio's."""

TLS_SHUTDOWN_SECONDS = 30.0
"""Seconds. asyncio's."""

TLS_LOST_WRITES = 5
"""Writes. After so many on a closed connection each is worth a warning, as in asyncio."""

UNKNOWN_RETURN_CODE = 255
"""A return code. What asyncio gives for a child whose exit status somebody else has read."""

PIPE_READ_BYTES = 64 * 1024
"""Bytes. What a pipe holds on Linux unless its size was changed: one read empties it, and the buffer is no mapping."""

LONGEST_VECTOR = 1024
"""Buffers a system call; IOV_MAX of Linux, macOS and the BSDs."""

RECEIVE_ROOM_BYTES = 256 * 1024
"""Bytes. What asyncio reads at most at once; one room a loop, so that reading maps and unmaps no pages."""

HIGH_WATER_BYTES = 64 * 1024
"""Bytes. Over this many queued, a protocol is told to pause writing: asyncio's bound."""

LOW_WATER_BYTES = HIGH_WATER_BYTES // 4
"""Bytes. At this many queued, a protocol may write again: asyncio's bound."""

SILENT_LOST_WRITES = 5
"""Calls. Writes to a lost connection beyond this are logged: asyncio's bound."""

ACCEPT_RETRY_SECONDS = 1.0
"""Seconds. Out of descriptors, accepting is tried again so much later, as in asyncio."""

ACCEPT_BACKLOG = 100
"""Connections. What asyncio lets wait to be accepted."""

OWN_MEMORY_BYTES = 32 * 1024
"""Bytes. Up to this many are received into memory of their own; more into the loop's room, and what came is copied."""

DATAGRAMS_A_TURN = 16
"""Datagrams. One system call receives so many at most; more would keep others waiting for long."""

DATAGRAM_ROOM_BYTES = 64 * 1024
"""Bytes. What UDP can carry, and more than UNIX sockets are used for; memory is taken only as far as datagrams fill it."""

DATAGRAM_HEADER_BYTES = 8
"""Bytes. What a queued datagram counts beside its data, as in asyncio: empty ones count too."""

FILE_BLOCK_BYTES = 256 * 1024
"""Bytes. What is read of a file at once where the system cannot send it by itself: a thread's turn costs 20 µs and more."""

SENDFILE_TURN_BYTES = 16 * 1024 * 1024
"""Bytes. What one call of os.sendfile is asked for; it takes the socket's buffer at most, and is over in milliseconds."""

MOST_CORKED_BYTES = 64 * 1024
"""Bytes. What a transport holds back for one system call at most: beyond, the call no longer counts beside the copying."""

LARGEST_HEAP_BLOCK_BYTES = 1024 * 1024
"""Bytes. glibc maps larger blocks one by one, and gives twice as much free memory at the end of the heap back to the system.
From its first values, 128 KiB, it goes up to the largest block that was freed: without one, ten messages of 100 KiB at a time
map and unmap their pages again and again, a third of the cost of an echo."""

LITERALS_REMEMBERED = 512
"""Addresses with ports. A program connects to the same few again and again; recognising one costs as much as ten look-ups."""

LEFT_TASK_SECONDS = 0.1
"""Seconds. A test is over; what it has cancelled ends within some turns of the loop, and what takes longer was forgotten."""

LEFT_RUN_SECONDS = 0.5
"""Seconds. An inner run is left by a second Ctrl+C; so long may its tasks, which are cancelled, take to clean up."""

WORKER_END_FIRST_LOOK_SECONDS = 0.0005
"""Seconds. A process closes its sockets, and a moment later it can be asked how it ended; looks follow at twice the time each."""

WORKER_END_SECONDS = 1.0
"""Seconds. A worker process that was told to end may take so long over it; then it is killed."""

WORKER_IDLE_SECONDS = 300.0
"""Seconds. A worker process that had no call for so long is ended when another call is over: it costs memory, and a tenth of a
second to start again."""

MAP_THREADS = min(32, (os.cpu_count() or 1) + 4)
"""Threads. What ThreadPoolExecutor takes for work that waits more than it computes."""

MAP_QUEUED_A_WORKER = 16
"""Items. Where no limit is given, threads and executors have so many at hand each: small ones end in swarms, for one wake-up."""

MAP_TASKS = 100
"""Tasks. Connections that most servers and systems bear from one client."""

MAP_CLUSTER_ITEMS = 256
"""Items. Clusters grow and shrink: enough to keep dozens of workers busy while answers travel, and little memory here."""

OTHER_LOOP_LOOK_SECONDS = 1.0
"""Seconds. How often a wait for another world looks for what nobody tells: a loop that was closed, a wait that was given up."""

BACKEND_LOOK_SECONDS = 0.05
"""Seconds. How often a backend that tells nobody, as Celery's files, is asked for a result."""

IDLE_THREAD_SECONDS = 10.0
"""Seconds. A worker thread of `bridge.thread` without a job ends after this; to start one costs as much as five trips to it."""

THREADS_A_LOOP = 40
"""Threads. What `bridge.thread` runs at a time for one loop, unless a limiter is given: trio's and anyio's bound."""

CANCEL_PATIENCE_SECONDS = 5.0
"""Seconds. A cancelled worker thread that still runs after this is reported, with the line where it is."""

LOOP_LOOK_SECONDS = 0.5
"""Seconds. How often a thread that waits for a loop looks whether that has been closed: the longest it waits in vain."""

READ_AHEAD_ITEMS = 64
"""Items. What a blocking iterator may be ahead: a switch of threads, 10 µs, is shared by half as many."""

EVENTS_KEPT = 256
"""Events. What `bridge.events` keeps for a slow reader, unless told otherwise."""

LONGEST_CANCELLATION = 10_000
"""Tasks each of which waits for the next, that one call of ``cancel()`` reaches: more could overflow the C stack."""

CROWD_OF_PEERS = 8
"""Events of one poll. From so many on, what transports write goes when all have been heard: one after the other, the system calls
cost a quarter less, as their code stays in the processor's cache and whom they wake is awake."""

MOST_PERMITS = 1 << 62
"""Permits of a semaphore. It counts in a number of 64 bits; infinitely many are so many."""
