"""The logger: asyncio's own, which programs have configured already."""

from __future__ import annotations

import logging

logger = logging.getLogger("asyncio")
