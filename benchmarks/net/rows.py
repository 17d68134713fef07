"""The net suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.net import calls, programs, servers
from benchmarks.net.load import Load, bytes_a_connection, latency
from benchmarks.net.row import NetRow
from benchmarks.suite import Suite

KIB = 1024

AHEAD = 1.0
"""At least as good as the best peer."""

TWICE_AHEAD = 2.0

TLS_AHEAD = {"uvloop": 1 / 0.8}
"""At most 0.8 of uvloop's processor time."""

MANY = 10_000

STREAMS_ONLY = frozenset({"plait-stock"})
"""Whom a row leaves out that calls no function of the contestant's package, only methods of its loop."""


def spread(connections: int, most_rounds: int | None = None) -> NetRow:
    """One of the rows that differ in the number of connections only."""
    return NetRow(
        name=f"{connections:,} connections × 64 B",
        serve=servers.echo,
        load=Load(connections=connections, size=64),
        floor=True,
        without=STREAMS_ONLY,
        most_rounds=most_rounds,
    )


SPREAD = (spread(10), spread(100), spread(1000), spread(MANY, most_rounds=2))

ROWS = (
    NetRow(name="Protocol 10 × 1 KiB", serve=servers.echo, floor=True, most=1.15, without=STREAMS_ONLY),
    NetRow(
        name="Protocol 500 × 64 B",
        serve=servers.echo,
        load=Load(connections=500, size=64),
        floor=True,
        most=1.20,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="Protocol 10 × 100 KiB",
        serve=servers.echo,
        load=Load(size=100 * KIB),
        floor=True,
        most=1.10,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="BufferedProtocol 10 × 1 KiB", serve=servers.buffered_echo, floor=True, most=1.15, without=STREAMS_ONLY
    ),
    NetRow(name="streams 10 × 1 KiB", serve=servers.echo_streams, floor=True, most=1.40),
    NetRow(
        name="streams readline 10 × 16 × 100 B",
        serve=servers.echo_stream_lines,
        load=Load(size=100, depth=16),
        floor=True,
        bar=TWICE_AHEAD,
    ),
    NetRow(name="streams 10 × 100 KiB", serve=servers.echo_streams, load=Load(size=100 * KIB), floor=True, most=1.5),
    NetRow(name="sock_* 10 × 1 KiB", serve=servers.echo_sockets, floor=True, most=1.6, without=STREAMS_ONLY),
    NetRow(
        name="UNIX Protocol 10 × 1 KiB",
        serve=servers.echo,
        load=Load(transport="unix"),
        floor=True,
        most=1.15,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="UDP 10 × 1 KiB",
        serve=servers.echo_datagrams,
        load=Load(transport="udp"),
        floor=True,
        bar=AHEAD,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="TLS Protocol 10 × 1 KiB",
        serve=servers.echo,
        load=Load(tls=True),
        bar=AHEAD,
        bars=TLS_AHEAD,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="TLS Protocol 4 × 64 KiB",
        serve=servers.echo,
        load=Load(tls=True, connections=4, size=64 * KIB),
        bar=AHEAD,
        bars=TLS_AHEAD,
        without=STREAMS_ONLY,
    ),
    NetRow(
        name="sendfile of 1 GiB",
        serve=servers.send_file,
        load=Load(mode="drain", size=servers.FILE_BYTES * servers.FILE_REPEATS, windows=2),
        bar=AHEAD,
        without=STREAMS_ONLY,
        most_rounds=2,
    ),
    NetRow(
        name="accept, 1 B, close",
        serve=servers.echo_once,
        load=Load(mode="accept", size=1),
        bar=AHEAD,
        without=STREAMS_ONLY,
    ),
    NetRow(name="subprocess spawn and wait", body=calls.spawn_and_wait, bar=AHEAD),
    NetRow(name="getaddrinfo of a literal", body=calls.resolve_literal, bar=AHEAD, without=STREAMS_ONLY),
    NetRow(
        name="idle connection of 10,000 (bytes)",
        serve=servers.echo,
        load=Load(mode="idle", connections=MANY, size=64),
        figure=bytes_a_connection,
        bar=AHEAD,
        without=STREAMS_ONLY,
        most_rounds=2,
    ),
    NetRow(
        name="latency beside 1,000 spinners, p50",
        serve=servers.echo_beside_spinners,
        load=Load(connections=1, size=64),
        figure=latency("p50"),
        bar=AHEAD,
        against="uvloop",
    ),
    NetRow(
        name="latency beside 1,000 spinners, p99",
        serve=servers.echo_beside_spinners,
        load=Load(connections=1, size=64),
        figure=latency("p99"),
        bar=AHEAD,
        against="uvloop",
    ),
    *SPREAD,
)

SUITE = Suite(
    name="net",
    rows=ROWS,
    explanation="Nanoseconds of the server's processor time a request (bytes or latency where the row says so).\n"
    "plait ×: the best peer's figure divided by plait's, higher is better (uvloop's for latencies).\n"
    "plait ÷ C: plait's divided by that of a plain C server, lower is better.",
    floor_title="C",
    growth=tuple(row.name for row in SPREAD),
    unasked=frozenset({"plait-pure"}),
    seconds=0.5,
    quick_seconds=0.1,
    patience=60.0,
    prepare=programs.build_all,
)
