"""Calls in other processes: a pool of workers, each of which can be killed alone."""
