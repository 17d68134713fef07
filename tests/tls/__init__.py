"""The parts of TLS that do no I/O."""
