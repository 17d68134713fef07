"""Thousands of timers that are due at once."""

import random

import pytest

import plait


@pytest.mark.parametrize("seed", range(8))
def test_a_crowd_that_is_due_fires_in_order(seed):
    plait.run(fire_crowd(random.Random(seed)))


async def fire_crowd(chance):
    """Ties in order of creation; those that are cancelled, be it by one of the crowd, do not fire."""
    loop, fired, handles = plait.get_running_loop(), [], {}

    def fire(number):
        fired.append(number)
        if number % 7 == 0 and number + 1 in handles:
            handles[number + 1].cancel()

    begin = loop.time() - 1
    offsets = (chance.choice([0.0, -0.0, 1e-9, chance.random() / 10, -chance.random()]) for _ in range(3000))
    deadlines = {number: begin + offset for number, offset in enumerate(offsets)}
    for number, deadline in deadlines.items():
        handles[number] = loop.call_at(deadline, fire, number)
    far = [loop.call_later(60 + number, fire, -1) for number in range(chance.choice([0, 100, 30_000]))]
    dropped = set(chance.sample(sorted(deadlines), 500))
    for number in dropped:
        handles[number].cancel()
    for _ in range(3):
        await plait.sleep(0)
    expected, gone = [], set(dropped)
    for number in sorted(set(deadlines) - dropped, key=lambda number: (deadlines[number], number)):
        if number not in gone:
            expected.append(number)
            if number % 7 == 0:
                gone.add(number + 1)
    assert fired == expected
    for handle in far:
        handle.cancel()
