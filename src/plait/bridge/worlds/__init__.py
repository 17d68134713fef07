"""Futures and handles of other libraries, as awaitables."""
