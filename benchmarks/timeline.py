"""The timeline of changes and who among them is blamed: `python -m benchmarks.timeline`."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from backend.db import changes as timeline
from backend.db import tenancy
from backend.db.changes import Told, Wanted
from backend.db.engine import create_engine
from benchmarks import programs
from benchmarks.figure import Figure, percentile, show
from sre_agent.diagnosis.changes import judgement, scene
from sre_agent.diagnosis.changes.told import Told as ToldOfIncident
from sre_agent.domain.changes import Commit, Deploy
from sre_agent.domain.telemetry import LogLine
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

COMMAND = "python -m benchmarks.timeline"
STORED = 10_000
PAGE = 200
FEW = 4
TIMES = 30
RARE, BUSY = "rarely", "service-7"
"""A service of which few entries speak, for which all of them are looked through, and one of many."""
NEAR = 20
"""Commits near the onset, each with a diff of 40 lines."""
_NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_KINDS = tuple(ChangeKind)


def run() -> Iterator[Figure]:
    """Store the changes, read and judge them over and over; yield the figures."""
    with programs.database() as url:
        read_ms = asyncio.run(_read(url))
    for service, about in ((BUSY, f"a page of {PAGE}"), (RARE, f"the {FEW} of a rare service")):
        name = f"timeline, {about} among {STORED:,} changes, by service"
        yield Figure(f"{name}: p50", percentile(read_ms[service], 0.5), "ms", COMMAND)
        yield Figure(f"{name}: p99", percentile(read_ms[service], 0.99), "ms", COMMAND, aim=200)
    judged_ms = _judge()
    name = f"attribution among {NEAR} commits"
    yield Figure(f"{name}: first time", judged_ms[0], "ms", COMMAND)
    yield Figure(f"{name}: p50", percentile(judged_ms, 0.5), "ms", COMMAND, aim=50)


async def _read(url: str) -> Mapping[str, Sequence[float]]:
    engine = create_engine(url)
    found: dict[str, list[float]] = {BUSY: [], RARE: []}
    try:
        async with engine.begin() as connection:
            await tenancy.register(connection, org_id="o", cluster_id="c", now=_NOW)
            for start in range(0, STORED, 1000):
                told = [Told(_change(number), str(number)) for number in range(start, start + 1000)]
                await timeline.keep(connection, "o", told)
        async with engine.connect() as connection:
            for service, expected in ((BUSY, PAGE), (RARE, FEW)):
                wanted = Wanted(since=_NOW - timedelta(days=365), until=_NOW, service=service)
                # The first waits for a connection.
                await timeline.list_page(connection, "o", wanted, limit=1)
                for _ in range(TIMES):
                    began = time.perf_counter()
                    page = await timeline.list_page(connection, "o", wanted, limit=PAGE)
                    found[service].append((time.perf_counter() - began) * 1000)
                    assert len(page) == expected
    finally:
        await engine.dispose()
    return found


def _change(number: int) -> Change:
    at = _NOW - timedelta(minutes=number)
    is_rare = number % (STORED // FEW) == 0
    service = RARE if is_rare else f"service-{number % 20}"
    kind = ChangeKind.COMMIT if is_rare else _KINDS[number % len(_KINDS)]
    return Change(
        key=str(number),
        source=ChangeSource.WEBHOOK,
        kind=kind,
        summary=f"change {number} of something",
        at=at,
        told_at=at,
        namespace="prod",
        services=() if kind is ChangeKind.COMMIT else (service,),
        commit=f"{number:07x}{0:033x}",
        paths=(f"services/{service}/module.py",),
        diff="".join(f"+    total_{number}_{line} = {line * number}\n" for line in range(200)),
    )


def _judge() -> Sequence[float]:
    """Return how long each judgement took: in the first every diff is read for the first time."""
    onset_s = _NOW.timestamp()
    lines = [
        LogLine(
            at_s=onset_s + second,
            service="ledger",
            severity="ERROR",
            text="KeyError: 'balance'\n  File \"services/ledger/accounts.py\", line 12, in total",
        )
        for second in range(5)
    ]
    told = ToldOfIncident(
        service="ledger",
        text="HighErrorRate",
        fired_at_s=onset_s,
        lines=lines,
        commits=[_commit(number, onset_s) for number in range(NEAR)],
        deploys=[Deploy(service="ledger", at_s=onset_s - 60, sha=f"{3:040x}")],
    )
    found: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        judgement.judge(scene.build(told))
        found.append((time.perf_counter() - began) * 1000)
    return found


def _commit(number: int, onset_s: float) -> Commit:
    changed = "\n".join(
        f"{'+-'[line % 2]}    total_{number}_{line} = account.get('field_{line}', {number})"
        for line in range(40)
    )
    path = f"services/service-{number}/module.py"
    return Commit(
        sha=f"{number:040x}",
        at_s=onset_s - 600 - number,
        message=f"Change number {number}",
        paths=(path,),
        diff=f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n{changed}",
    )


if __name__ == "__main__":
    show(run())
