"""Memory and objects: repeated runs of a program leave nothing behind."""
