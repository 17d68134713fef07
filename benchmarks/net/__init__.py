"""Benchmarks of sockets, streams, TLS and processes; `rows.py` is the table."""
