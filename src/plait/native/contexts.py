"""Copy the current context."""

from __future__ import annotations

from contextvars import copy_context as copy_current

__all__ = ["copy_current"]
