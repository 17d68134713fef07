"""Tasks that coordinate with tasks: locks, conditions, queues. All are fair, first come, first served."""
