"""The bridge suite: crossings from coroutines to callbacks, threads and processes, and back; `rows.py` is the table."""
