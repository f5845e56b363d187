"""What being sure costs per action: policy, grant and journal: `python -m benchmarks.deeds`.

A PostgreSQL of its own, the signer and the Kubernetes server as the programs they are, and a cluster
that answers at once. Each action is ruled on, the ruling recorded, a grant minted over HTTP, the start
written ahead, the grant judged, and the outcome written. What the write itself takes is shown beside
it, and the person who approves is not waited for.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from backend import collecting
from benchmarks import deed_stage, minting, programs
from benchmarks.deed import WRITE, Deed, Stopwatch
from benchmarks.figure import Figure, percentile, show

COMMAND = "python -m benchmarks.deeds"
AIM_MS = 25.0
ACTIONS = 200
WARM_UP = 10


async def measure(database_url: str, folder: Path) -> tuple[Stopwatch, minting.Holding]:
    """Return what the parts of each action cost, and how long a grant holds others up.

    Raises:
        RuntimeError: An action was refused, or was not done exactly once.
    """
    watch = Stopwatch()
    async with deed_stage.running(database_url, folder) as stage:
        for number in range(WARM_UP + ACTIONS):
            deed = await Deed.propose(stage, number, f"web-{number}")
            await deed.approve(await deed.rule(watch))
            await deed.carry_out(watch)
        if stage.cluster.writes != [f"web-{number}" for number in range(WARM_UP + ACTIONS)]:
            raise RuntimeError("the cluster was not told exactly what was done")
        return watch, await minting.measure(stage, begin=WARM_UP + ACTIONS)


def run() -> Iterator[Figure]:
    """Start everything, measure, clean up; yield the figures."""
    with (
        programs.database() as url,
        tempfile.TemporaryDirectory(prefix="sre-bench-", dir="/tmp") as folder,
    ):
        collecting.spare_collector()  # as the worker does, whose part this process plays
        watch, holding = uvloop.run(measure(url, Path(folder)))
    took = {part: times[WARM_UP:] for part, times in watch.parts.items()}
    sure = [sum(each) for each in zip(*(v for k, v in took.items() if k != WRITE), strict=True)]
    name = f"policy, grant and journal per action, {ACTIONS} actions"
    yield Figure(f"{name}: p50", percentile(sure, 0.5), "ms", COMMAND, aim=AIM_MS)
    yield Figure(f"{name}: p95", percentile(sure, 0.95), "ms", COMMAND)
    for part, times in took.items():
        about = f"beside it, the {part}" if part == WRITE else f"of which {part}"
        yield Figure(f"{about}: p50", percentile(times, 0.5), "ms", COMMAND)
        yield Figure(f"{about}: p95", percentile(times, 0.95), "ms", COMMAND)
    yield from holding.figures(COMMAND)


if __name__ == "__main__":
    show(run())
