"""Old events go only after they were taken out, and the chain holds without them."""

from typing import Any

import pytest
import sqlalchemy as sa
from signer_case import ID, Case
from sqlalchemy.exc import DBAPIError

from backend.db import audit, exports, journal, organization_log, retention, switch
from backend.db.exports import Wanted
from backend.db.runs import Beginning, begin_run
from backend.jobs.proving import Prover
from backend.jobs.trimming import Trimmer
from backend.signer.exporting import Exporter
from backend.signer.mint import Mint
from sre_agent.domain.events import EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.graph import rehearsal

DAY_S = 86400.0


async def end(case: Case) -> None:
    await case.approve()
    await case.execute(IncidentStatus.ESCALATED)
    await case.clock.sleep(1)


async def keep(case: Case, mint: Mint, **wanted: Any) -> int:
    """Take the audit out, have it signed and confirm it; return how many incidents it is good for."""
    async with case.engine.begin() as connection:
        asked = Wanted(org_id="default", asked_by="eve", **wanted)
        manifest = await exports.ask(connection, asked, now=case.clock.now())
    await Exporter(engine=case.engine, clock=case.clock, key=mint.key).go()
    async with case.engine.begin() as connection:
        found = await exports.get(connection, manifest.id, org_id="default")
        return await retention.anchor(connection, found, confirmed_by="eve", now=case.clock.now())


async def trim(case: Case, days: int = 30) -> int:
    """Let what is due go; return how many events the incident has."""
    await Trimmer(engine=case.engine, clock=case.clock, days=days).go()
    return len(await case.incidents.events(ID))


async def verified(case: Case) -> audit.Audit:
    async with case.engine.connect() as connection:
        return await audit.verify_incident(connection, ID)


async def test_an_old_incident_that_was_kept_goes_and_its_chain_holds_and_grows(
    case: Case, mint: Mint, clock: Any
) -> None:
    await end(case)
    before = await verified(case)

    count = await keep(case, mint)
    await clock.sleep(31 * DAY_S)
    left = await trim(case)
    after = await verified(case)
    await case.log(EventKind.COMMENTED, {"text": "still here"})
    grown = await verified(case)

    assert (count, left) == (1, 0)
    assert (after.events, after.broken) == (before.events, None)
    assert (grown.events, grown.broken) == (before.events + 1, None)
    async with case.engine.connect() as connection:
        entries = await organization_log.read(connection, "default")
    [kept] = [entry for entry in entries if entry.kind == "audit_kept"]
    last = entries[-1]
    assert (kept.actor, kept.payload["incidents"]) == ("eve", 1)
    assert (last.kind, last.payload["incident"]) == ("audit_trimmed", ID)


async def test_what_goes_while_a_log_is_walked_is_not_taken_for_a_broken_one(
    case: Case, mint: Mint, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await end(case)
    await keep(case, mint)
    await clock.sleep(31 * DAY_S)
    read, looks = journal.read, list[int]()

    async def slow(*given: Any, **more: Any) -> Any:
        looks.append(1)
        if len(looks) == 1:
            await Trimmer(engine=case.engine, clock=case.clock, days=30).go()
        return await read(*given, **more)

    monkeypatch.setattr(journal, "read", slow)
    await Prover(engine=case.engine, clock=case.clock, interval_s=3600).go()

    async with case.engine.connect() as connection:
        assert await switch.find_halt(connection, "default") is None
    assert await case.incidents.events(ID) == []


async def test_what_was_not_kept_stays(case: Case, clock: Any) -> None:
    await end(case)
    await clock.sleep(999 * DAY_S)

    assert await trim(case) > 0


async def test_nothing_goes_before_its_time_or_without_the_setting(
    case: Case, mint: Mint, clock: Any
) -> None:
    await end(case)
    await keep(case, mint)
    await clock.sleep(29 * DAY_S)
    early = await trim(case)
    await clock.sleep(999 * DAY_S)

    assert early > 0
    assert await trim(case, days=0) > 0


async def test_an_incident_that_is_open_or_went_on_stays(
    case: Case, mint: Mint, clock: Any
) -> None:
    await case.approve()
    await clock.sleep(1)
    while_open = await keep(case, mint)
    await case.execute(IncidentStatus.ESCALATED)
    await clock.sleep(1)
    await keep(case, mint)
    await case.log(EventKind.COMMENTED, {"text": "since then"})
    await clock.sleep(999 * DAY_S)

    assert while_open == 0
    assert await trim(case) > 0


async def test_an_incident_that_went_on_goes_once_the_rest_was_kept_too(
    case: Case, mint: Mint, clock: Any
) -> None:
    await end(case)
    await keep(case, mint)
    await case.log(EventKind.COMMENTED, {"text": "since then"})
    await clock.sleep(1)
    count = await keep(case, mint)
    await clock.sleep(999 * DAY_S)

    assert (count, await trim(case)) == (1, 0)


async def test_a_part_of_a_log_is_not_enough(case: Case, mint: Mint, clock: Any) -> None:
    await case.propose()
    await clock.sleep(60)
    since = clock.now()
    await end(case)

    assert await keep(case, mint, since=since) == 0


@pytest.mark.attack("deleting what is to be kept")
async def test_a_log_that_was_changed_is_not_removed(case: Case, mint: Mint, clock: Any) -> None:
    await end(case)
    await keep(case, mint)
    await case.sql("UPDATE events SET payload = '{}' WHERE seq = 2")
    await clock.sleep(999 * DAY_S)

    assert await trim(case) > 0


@pytest.mark.attack("deleting what is to be kept")
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 2",
        "UPDATE events SET actor = 'me'",
        "TRUNCATE events",
    ],
)
async def test_the_database_refuses_what_was_not_kept(case: Case, statement: str) -> None:
    await case.propose()
    await case.rule()

    with pytest.raises(DBAPIError, match="append-only"):
        async with case.engine.begin() as connection:
            await connection.execute(sa.text(statement))


async def test_a_trimmed_incident_that_goes_on_holds_and_gets_its_grants(
    case: Case, mint: Mint, clock: Any
) -> None:
    await end(case)
    await keep(case, mint)
    await clock.sleep(31 * DAY_S)
    await trim(case)

    begins = Beginning(kind=EventKind.REOPENED, actor="intake", reason="it fires again")
    async with case.engine.begin() as connection:
        run = await begin_run(connection, ID, begins, now=clock.now())
    case.plan = rehearsal.of_run(case.plan, run)
    case.incidents = case.incidents.of_run(run)
    await case.approve()
    grant = await mint.mint(ID, case.plan.actions[0].id)
    held = await verified(case)
    await case.execute(IncidentStatus.ESCALATED)
    await clock.sleep(31 * DAY_S)

    assert grant.id
    assert (run, held.broken) == (2, None)
    assert await trim(case) > 0, "what came since was not kept"
    assert (await verified(case)).broken is None
