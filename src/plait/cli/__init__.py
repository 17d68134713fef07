"""The command `plait`; `main.main` is its entry point."""
