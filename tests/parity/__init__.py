"""What asyncio promises, each behaviour written once and run on stock asyncio and on plait."""
