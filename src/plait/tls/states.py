"""The life of a TLS connection as a table: from which state, by which event, to which."""

from __future__ import annotations

NEW = 0
"""There is no transport below yet."""
HANDSHAKE = 1
"""The two ends agree on keys."""
OPEN = 2
"""Data flows."""
FLUSHING = 3
"""Nothing more is delivered; what the application wrote before is being sent."""
GOODBYE = 4
"""Our close_notify is sent, the peer's awaited."""
CLOSED = 5
"""Nothing is sent or delivered any more; the transport below is closed, or about to be."""

NAMES = ("NEW", "HANDSHAKE", "OPEN", "FLUSHING", "GOODBYE", "CLOSED")

CONNECTED = "connected"
AGREED = "agreed"
CLOSE = "close"
FLUSHED = "flushed"
FINISHED = "finished"
LOST = "lost"

TRANSITIONS = {
    NEW: {CONNECTED: HANDSHAKE, LOST: CLOSED},
    HANDSHAKE: {AGREED: OPEN, LOST: CLOSED},
    OPEN: {CLOSE: FLUSHING, LOST: CLOSED},
    FLUSHING: {FLUSHED: GOODBYE, LOST: CLOSED},
    GOODBYE: {FINISHED: CLOSED, LOST: CLOSED},
    CLOSED: {LOST: CLOSED},
}


def after(state: int, event: str) -> int:
    """The state that follows; an event that cannot come in this state is a mistake of plait's."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise RuntimeError(f"a TLS connection in state {NAMES[state]} cannot take the event {event!r}") from None
