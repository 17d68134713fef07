"""The test suites of other libraries, as their sdists bring them, on stock asyncio and on plait: `scripts/peer-suites`."""
