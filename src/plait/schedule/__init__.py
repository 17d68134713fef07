"""When does a callback run: handles, timers, their queues and the scheduler over them; no I/O."""
