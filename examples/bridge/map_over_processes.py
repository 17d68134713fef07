"""Work for all processors, with a bar that shows how far it is, while the loop goes on with other things.

python map_over_processes.py [how many numbers]
"""

import asyncio
import sys

from plait import bridge

FIRST = 1_000_000


def smallest_factor(number: int) -> int:
    factor = 2
    while number % factor and factor * factor < number:
        factor += 1
    return number if number % factor else factor


def show(done: int, total: int | None) -> None:
    """`progress=True` would draw a bar, by tqdm or rich."""
    if total and done % max(1, total // 4) == 0:
        print(f"{done} of {total}")


async def main(count: int) -> None:
    numbers = range(FIRST + 1, FIRST + 1 + 2 * count, 2)
    primes = []
    async with bridge.map(smallest_factor, numbers, on="processes", retries=1, progress=show) as factors:
        position = 0
        async for factor in factors:
            if factor == numbers[position]:
                primes.append(factor)
            position += 1
    print(f"{len(primes)} primes among {count} numbers, from {primes[0]} to {primes[-1]}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
