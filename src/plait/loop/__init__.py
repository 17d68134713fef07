"""Turning the crank: one turn of the loop, descriptors, signals, executor, async generators, debug mode."""
