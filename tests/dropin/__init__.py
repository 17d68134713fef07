"""The ways into plait for programs and libraries that were written for asyncio."""
