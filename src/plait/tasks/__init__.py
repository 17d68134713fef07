"""What a coroutine waits on, what drives it, and how many of them are put together."""
