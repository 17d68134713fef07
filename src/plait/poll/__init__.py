"""Is this file descriptor ready; knows descriptors and readiness, not callbacks."""
