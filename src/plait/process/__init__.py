"""Child processes: spawn, watch, talk to, wait for."""
