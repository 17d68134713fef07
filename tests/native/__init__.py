"""The twins of `plait.native`: the same tests on the Python functions and on the inline C ones."""
