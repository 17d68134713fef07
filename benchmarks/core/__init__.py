"""The core suite: tasks, futures, locks, queues, timers and threads, without a network."""
