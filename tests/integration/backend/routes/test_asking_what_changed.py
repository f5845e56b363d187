"""What changed, to people who ask: in its order, to the second, whole or said to be cut, and what explains it."""

from datetime import timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from asker import Asker, told
from house import House
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.db import changes as timeline
from backend.db import journal
from backend.db.changes import Told
from backend.db.tables.incidents import incidents
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ClusterId, IncidentId
from sre_agent.domain.timeline import OURSELVES, Change, ChangeKind, ChangeSource


async def tell(engine: AsyncEngine, clock: Any, *said: tuple[str, float], **more: Any) -> None:
    """Tell of changes, each so many seconds ago."""
    plain = {"source": ChangeSource.WEBHOOK, "kind": ChangeKind.FLAG, **more}
    changes = [
        Change(
            key=summary,
            summary=summary,
            at=clock.now() - timedelta(seconds=ago_s),
            told_at=clock.now(),
            cluster_id=ClusterId("default"),
            **plain,
        )
        for summary, ago_s in said
    ]
    async with engine.begin() as connection:
        await timeline.keep(connection, "default", [Told(each, "1") for each in changes])


async def test_changes_and_deeds_are_told_in_their_order_and_no_accounts_among_them(
    http: httpx.AsyncClient, engine: AsyncEngine, clock: Any, apple: House
) -> None:
    await tell(engine, clock, ("the second", 20.0), ("the first", 45.0), ("the third", -5.0))

    said = told(await Asker(http, apple).ask("what changed in the last 10 minutes?"))

    places = [
        said.index(word) for word in ("the first", "the second", "writing halted", "the third")
    ]
    assert places == sorted(places)
    first = clock.now() - timedelta(seconds=45)
    assert f"{first:%Y-%m-%d %H:%M:%S} UTC: flag: the first" in said
    assert "user added" not in said
    assert "token created" not in said


async def test_what_is_cut_is_said_to_be(
    http: httpx.AsyncClient, engine: AsyncEngine, clock: Any, apple: House
) -> None:
    await tell(engine, clock, *((f"change {number}", float(number)) for number in range(31)))

    said = told(await Asker(http, apple).ask("what changed in the last 10 minutes?"))

    assert "There are more than 30 changes: the newest are told." in said
    assert "change 29" in said
    assert "change 30" not in said


async def test_what_changed_before_an_incident_ends_with_its_onset_and_says_what_explains_it(
    http: httpx.AsyncClient, engine: AsyncEngine, clock: Any, apple: House
) -> None:
    await tell(engine, clock, ("long after", -600.0), ("hours before", 3 * 3600.0))
    suspect = {
        "id": "chg-1",
        "kind": "flag",
        "summary": "hours before",
        "at": (clock.now() - timedelta(hours=3)).isoformat(),
        "actor": "ada",
    }
    verdict = {
        "suspect": suspect,
        "onset_at": clock.now().isoformat(),
        "confidence": 0.9,
        "reason": "hours before explains what fails (90%)",
    }
    ranked = EventDraft(
        actor="reflector",
        kind=EventKind.CAUSES_RANKED,
        payload={"round": 2, "diagnosis": {}, "changes": verdict},
        step_key="ranked:test",
    )
    async with engine.begin() as connection:
        await journal.append(
            connection, IncidentId(apple.ids["incident_id"]), [ranked], now=clock.now()
        )

    done = await Asker(http, apple).ask(apple.fill("what changed before {incident_id}?"))
    service = await Asker(http, apple).ask("what changed in apple-web?")
    async with engine.begin() as connection:
        over = sa.update(incidents).where(incidents.c.id == apple.ids["incident_id"])
        await connection.execute(over.values(status="resolved", ended_at=clock.now()))
    after = await Asker(http, apple).ask("what changed in apple-web?")

    said = told(done)
    assert "hours before explains what fails (90%), in effect since" in said
    assert "UTC: flag: hours before" in said
    assert "long after" not in said
    assert "explains what fails" in told(service)
    assert "explains what fails" in told(after), "also once it is over"


async def test_before_anybody_looked_that_is_said(http: httpx.AsyncClient, apple: House) -> None:
    said = told(await Asker(http, apple).ask(apple.fill("what changed before {incident_id}?")))

    assert "Nobody has looked yet for a change that explains it." in said


async def test_what_the_platform_did_is_told_by_its_own_log_alone(
    http: httpx.AsyncClient, engine: AsyncEngine, clock: Any, apple: House
) -> None:
    own: dict[str, Any] = {"kind": ChangeKind.ROLLOUT, "actor": OURSELVES}
    await tell(engine, clock, ("rolled back", 20.0), source=ChangeSource.CLUSTER, **own)
    await tell(engine, clock, ("said to be ours", 10.0), source=ChangeSource.WEBHOOK, **own)

    said = told(await Asker(http, apple).ask("what changed in the last 10 minutes?"))

    assert "rolled back" not in said
    assert "said to be ours" in said
