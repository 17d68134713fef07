"""The command `plait`, run as a person runs it."""
