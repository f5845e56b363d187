"""The platform as it runs: memory at rest, and from alert to plan: `python -m benchmarks.resident`.

One stack with a lab of its own, in a temporary folder, serves both measurements.
"""

import time
from collections.abc import Iterator

from backend.cli.stack import supervision
from benchmarks import memory, plan_ready
from benchmarks.figure import Figure, percentile, show
from benchmarks.stack import Running, running

COMMAND = "python -m benchmarks.resident"
REST_S = 30.0
RUNS = 3
AIM_MIB = 600.0
AIM_PLAN_S = 3.0


def run() -> Iterator[Figure]:
    """Start a stack, let it rest, then break its lab a few times; yield the figures."""
    with running() as stack:
        yield Figure("platform with a lab up, from an empty folder", stack.up_s, "s", COMMAND)
        time.sleep(REST_S)
        yield from _memory(stack)
        yield from _plans(stack)


def _memory(stack: Running) -> list[Figure]:
    pid = supervision.pid(stack.layout)
    if pid is None:
        raise RuntimeError("the stack is gone")
    held = memory.by_program(pid)
    total = sum(held.values())
    parts = [Figure(f"  of it {name}", mib, "MiB", COMMAND) for name, mib in held.items()]
    whole = f"memory at rest without the lab, {REST_S:g} s after ready"
    return [Figure(whole, total, "MiB", COMMAND, aim=AIM_MIB), *parts]


def _plans(stack: Running) -> list[Figure]:
    took_s = plan_ready.measure(stack, RUNS)
    name = f"alert received to plan ready, {len(took_s)} runs of {plan_ready.FAULT}"
    return [
        Figure(f"{name}: p50", percentile(took_s, 0.5), "s", COMMAND, aim=AIM_PLAN_S),
        Figure(f"{name}: max", max(took_s), "s", COMMAND),
    ]


if __name__ == "__main__":
    show(run())
