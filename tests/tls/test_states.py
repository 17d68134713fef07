"""The table of the life of a connection."""

import pytest

from plait.tls import states

ALL = range(len(states.NAMES))


@pytest.mark.parametrize("state", ALL)
def test_every_state_can_be_lost_and_is_closed_then(state) -> None:
    assert states.after(state, states.LOST) == states.CLOSED


@pytest.mark.parametrize("state", ALL)
def test_nothing_leads_back(state) -> None:
    assert all(following >= state for following in states.TRANSITIONS[state].values())


def test_the_way_of_a_connection_that_is_closed() -> None:
    state = states.NEW
    for event, following in (
        (states.CONNECTED, states.HANDSHAKE),
        (states.AGREED, states.OPEN),
        (states.CLOSE, states.FLUSHING),
        (states.FLUSHED, states.GOODBYE),
        (states.FINISHED, states.CLOSED),
    ):
        state = states.after(state, event)
        assert state == following


def test_an_event_that_cannot_come_is_named() -> None:
    with pytest.raises(RuntimeError, match="state CLOSED cannot take the event 'agreed'"):
        states.after(states.CLOSED, states.AGREED)
