"""Which thread is this."""

from __future__ import annotations

from threading import get_ident as ident

__all__ = ["ident"]
