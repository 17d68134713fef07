"""Many threads, many calls: nothing is lost."""
