"""`python -m tests.guards [NAME …]`: prove that each guard has a test that misses it.

The last line gives the counts; the exit code is 0 only if every test was green with the guard and
red without it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

from tests.guards.table import Guard, TableError, read
from tests.guards.workshop import Outcome, Workshop

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).with_name("tables")


def main() -> int:
    """Run the guards that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these guards")
    parser.add_argument("--side-by-side", type=int, default=2, help="so many at once")
    asked = parser.parse_args()
    try:
        guards = read(TABLES, asked.names)
    except TableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="guards-") as folder, ExitStack() as stack:
        places = [Path(folder, str(number)) for number in range(max(1, asked.side_by_side))]
        shops = [stack.enter_context(Workshop.furnish(ROOT, place)) for place in places]
        if not _are_green(guards, shops):
            return 1
        wrong = _switch_off(guards, shops)
    told = len(guards) - wrong
    sys.stdout.write(f"guards: {len(guards)} switched off in turn, {told} tests went red\n")
    return 1 if wrong else 0


def _are_green(guards: Sequence[Guard], shops: Sequence[Workshop]) -> bool:
    """Return whether all tests are green with every guard on; what is not is told."""
    shares = _shares(sorted({guard.test for guard in guards}), len(shops))
    with ThreadPoolExecutor(len(shops)) as pool:
        outcomes = list(pool.map(Workshop.run, shops, shares))
    for shop, outcome in zip(shops, outcomes, strict=False):
        if outcome is not Outcome.GREEN:
            told = f"with every guard on the tests are {outcome}:\n{shop.last_words}\n"
            sys.stdout.write(told)
    return all(outcome is Outcome.GREEN for outcome in outcomes)


def _shares(tests: Sequence[str], count: int) -> list[list[str]]:
    """Deal tests out, those of one file together: they share what is slow to set up."""
    shares: list[list[str]] = [[] for _ in range(count)]
    for _, of_file in groupby(tests, key=lambda test: test.partition("::")[0]):
        min(shares, key=len).extend(of_file)
    return [share for share in shares if share]


def _switch_off(guards: Sequence[Guard], shops: Sequence[Workshop]) -> int:
    """Return how many guards nobody misses; each is told."""
    free: SimpleQueue[Workshop] = SimpleQueue()
    for shop in shops:
        free.put(shop)

    def judge(guard: Guard) -> tuple[Guard, Outcome, str, float]:
        shop = free.get()
        began = time.monotonic()
        try:
            return guard, shop.without(guard), shop.last_words, time.monotonic() - began
        finally:
            free.put(shop)

    wrong = 0
    with ThreadPoolExecutor(len(shops)) as pool:
        for guard, outcome, words, took_s in pool.map(judge, guards):
            is_missed = outcome is Outcome.RED
            said = "red" if is_missed else "NOT RED"
            sys.stdout.write(f"{said:8}{took_s:5.1f} s  {guard.name}: {guard.test}\n")
            if not is_missed:
                wrong += 1
                sys.stdout.write(f"{outcome}\n{words}\n")
            sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
