"""One function over many items: in threads, in processes, in an executor, on a cluster."""
