"""What a run is told of changes, and what it tells the timeline: its own cluster's, and nobody else's."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import changes as timeline
from backend.db import incident_rows, tenancy
from backend.db.changes import Told, Wanted
from backend.db.near_changes import PostgresChanges
from backend.jobs.trimming import Trimmer
from sre_agent.domain.ids import ClusterId
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource, ChangeWindow


def change(key: str, at: datetime, **more: Any) -> Change:
    return Change(
        key=key,
        source=more.pop("source", ChangeSource.WEBHOOK),
        kind=ChangeKind.FLAG,
        summary=key,
        at=at,
        told_at=at,
        **more,
    )


async def test_a_run_hears_what_others_told_of_its_cluster_in_the_window(
    engine: AsyncEngine, clock: Any, make_incident: Any
) -> None:
    now = clock.now()
    id_ = await make_incident()
    told = [
        change("own", now, cluster_id=ClusterId("default"), diff="+a = 1"),
        change("everywhere", now - timedelta(minutes=1)),
        change("older", now - timedelta(minutes=2)),
        change("elsewhere", now, cluster_id=ClusterId("east")),
        change("seen", now, cluster_id=ClusterId("default"), source=ChangeSource.CLUSTER),
        change("long-ago", now - timedelta(days=2)),
    ]
    async with engine.begin() as connection:
        await tenancy.register_organization(connection, org_id="o", now=now)
        await timeline.keep(connection, "default", [Told(each, "1") for each in told])
        await timeline.keep(connection, "o", [Told(change("theirs", now), "1")])
        incident = await incident_rows.load(connection, id_)
    window = ChangeWindow(since=now - timedelta(days=1), until=now, limit=2)

    near = await PostgresChanges(engine).near(incident, window)
    async with engine.connect() as connection:
        listed = await timeline.list_page(connection, "default", Wanted(), limit=10)

    assert [each.key for each in near.changes] == ["own", "everywhere"]
    assert near.left_out == 1
    # Who judges them reads diffs; who lists them does not.
    assert [each.diff for each in near.changes] == ["+a = 1", ""]
    assert {each.diff for each in listed} == {""}


async def test_what_a_run_saw_is_kept_once_and_only_of_its_own_cluster(
    engine: AsyncEngine, clock: Any, make_incident: Any
) -> None:
    now = clock.now()
    id_ = await make_incident()
    async with engine.connect() as connection:
        incident = await incident_rows.load(connection, id_)
    own = change("own", now, cluster_id=ClusterId("default"), source=ChangeSource.CLUSTER)
    foreign = own.model_copy(update={"cluster_id": ClusterId("east")})

    for _ in range(2):
        await PostgresChanges(engine).keep(incident, [own, foreign])

    async with engine.connect() as connection:
        found = await timeline.list_page(connection, "default", Wanted(), limit=10)
    assert found == [own]


async def test_what_was_told_long_ago_is_forgotten(engine: AsyncEngine, clock: Any) -> None:
    now = clock.now()
    async with engine.begin() as connection:
        told = [change("old", now - timedelta(days=8)), change("new", now)]
        await timeline.keep(connection, "default", [Told(each, "1") for each in told])

    await Trimmer(engine=engine, clock=clock, days=0, change_days=0).go()
    async with engine.connect() as connection:
        kept = await timeline.list_page(connection, "default", Wanted(), limit=10)
    await Trimmer(engine=engine, clock=clock, days=0, change_days=7).go()
    async with engine.connect() as connection:
        left = await timeline.list_page(connection, "default", Wanted(), limit=10)

    assert [each.key for each in kept] == ["new", "old"]
    assert [each.key for each in left] == ["new"]
