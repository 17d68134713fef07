"""Assembly: the event loop as asyncio knows it, `run`, `Runner`."""
