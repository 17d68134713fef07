"""A plugin of pytest that does what tornado's own runner of its tests does: the log of requests is not looked at."""

import logging

logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
