"""The one place that speaks C: each function is Python in ``x.py`` and inline C in ``x.pxd``.

A module that is compiled imports these by module in its ``.py`` (``from plait.native import thread``) and cimports them the
same way in its ``.pxd``, so ``thread.ident()`` is the C call when compiled and the twin when interpreted.
"""
