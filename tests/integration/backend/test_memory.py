"""Memory on a real database: what is kept, found again, corrected and made anew."""

from typing import Any

import pytest
import sqlalchemy as sa
from past import Past
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor, Role
from backend.db import journal, memory, remembering, verdicts
from backend.db.tables.incidents import incidents
from backend.db.tables.memory import past_failures, past_incident_tokens, past_incidents
from sre_agent.domain.events import EventKind, chain
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import Outcome
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.testing.world import World

BEN = Actor(name="ben", role=Role.RESPONDER, org_id="default")


@pytest.fixture
def past(engine: AsyncEngine) -> Past:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return Past(engine, world)


async def stored(engine: AsyncEngine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with engine.connect() as connection:
        for table in (past_incidents, past_incident_tokens, past_failures):
            rows = await connection.execute(sa.select(table).order_by(*table.primary_key))
            found += [dict(row) for row in rows.mappings()]
    return found


def wrong(**actual: Any) -> CauseVerdict:
    return CauseVerdict(judgement=Judgement.WRONG, **actual)


RIGHT = CauseVerdict(judgement=Judgement.RIGHT)


async def test_a_verified_repair_is_remembered_with_its_cause_and_found_again(past: Past) -> None:
    await past.happen("inc-old")

    found = await past.recall()

    [old] = found.incidents
    assert (old.incident_id, old.outcome, found.considered) == ("inc-old", Outcome.RESOLVED, 1)
    assert old.confirmed is not None
    assert old.confirmed.object == past.world.ref("core")
    assert old.similarity > 0.9
    assert any("same service" in reason for reason in old.reasons)


async def test_an_organization_never_sees_the_incidents_of_another(past: Past) -> None:
    await past.happen("inc-theirs", org_id="other")

    assert (await past.recall()).incidents == ()
    assert (await past.recall()).considered == 0
    assert [item.incident_id for item in (await past.recall("other")).incidents] == ["inc-theirs"]


async def test_the_verdicts_of_another_organization_teach_us_nothing(past: Past) -> None:
    theirs = await past.happen("inc-theirs", org_id="other")
    await past.judge(theirs, wrong(), Actor(name="eve", role=Role.RESPONDER, org_id="other"))

    async with past.engine.connect() as connection:
        ours = await memory.learned(connection, org_id="default")
        others = await memory.learned(connection, org_id="other")

    assert (ours.incidents, others.classes[0].wrong) == (0, 1)


async def test_an_incident_that_is_open_again_proves_nothing(past: Past) -> None:
    id_ = await past.happen("inc-old")
    reopened = sa.update(incidents).where(incidents.c.id == id_)

    async with past.engine.begin() as connection:
        await connection.execute(reopened.values(status="investigating", ended_at=None))

    assert (await past.recall()).incidents == ()
    async with past.engine.connect() as connection:
        assert (await memory.learned(connection, org_id="default")).incidents == 0


async def test_an_open_incident_is_no_past_one_even_when_it_was_judged(past: Past) -> None:
    id_ = await past.open("inc-open", "core")

    await past.judge(id_, RIGHT)

    assert await stored(past.engine) == []


async def test_a_later_verdict_of_anyone_supersedes_and_both_stay_in_the_log(past: Past) -> None:
    id_ = await past.happen("inc-old")

    first = await past.judge(id_, RIGHT)
    again = await past.judge(id_, RIGHT)
    last = await past.judge(id_, wrong(actual_class=FaultClass.OUT_OF_MEMORY), BEN)

    [old] = (await past.recall()).incidents
    assert again == first, "the same said twice is one verdict"
    assert old.verdict is not None
    assert (old.verdict.judgement, old.verdict.actor) == (Judgement.WRONG, "ben")
    assert old.confirmed is not None
    assert old.confirmed.fault_class is FaultClass.OUT_OF_MEMORY
    async with past.engine.connect() as connection:
        log = await journal.read(connection, id_)
    kept = [event for event in log if event.kind is EventKind.VERDICT_GIVEN]
    assert kept == [first, last]
    assert chain().follow(log) is None


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        (wrong(actual_class=FaultClass.BAD_RELEASE), "say that it is right"),
        (wrong(actual_object=ObjectRef.deployment("{namespace}", "nobody")), "there are: "),
    ],
)
async def test_a_verdict_that_cannot_be_is_refused_and_leaves_no_trace(
    verdict: CauseVerdict, refusal: str, past: Past
) -> None:
    id_ = await past.happen("inc-old")
    before = await stored(past.engine)
    if verdict.actual_object is not None:
        there = verdict.actual_object.model_copy(update={"namespace": past.world.namespace})
        verdict = verdict.model_copy(update={"actual_object": there})

    with pytest.raises(verdicts.UnfitVerdictError, match=refusal):
        await past.judge(id_, verdict)

    assert await stored(past.engine) == before


async def test_what_nobody_looked_for_may_be_named_all_the_same(past: Past) -> None:
    id_ = await past.happen("inc-old")
    secret = ObjectRef(kind="Secret", namespace=past.world.namespace, name="certificate")

    await past.judge(
        id_, wrong(actual_class=FaultClass.MISSING_CONFIGURATION, actual_object=secret)
    )

    [old] = (await past.recall()).incidents
    assert old.confirmed is not None
    assert old.confirmed.object == secret


async def test_where_no_cause_was_named_only_the_actual_one_can_be_said(
    engine: AsyncEngine,
) -> None:
    world = World(7)
    world.ail("core", ago_s=70, error_ratio=0.4)
    past = Past(engine, world)
    id_ = await past.happen("inc-old", result="unknown")

    with pytest.raises(verdicts.NothingToJudgeError):
        await past.judge(id_, RIGHT)
    with pytest.raises(verdicts.NothingToJudgeError):
        await past.judge(id_, wrong(actual_class=FaultClass.OUT_OF_MEMORY))
    await past.judge(
        id_, wrong(actual_class=FaultClass.OUT_OF_MEMORY, actual_object=world.ref("core"))
    )

    async with engine.connect() as connection:
        [score] = (await memory.learned(connection, org_id="default")).classes
    assert (score.fault_class, score.named, score.missed) == (FaultClass.OUT_OF_MEMORY, 0, 1)


async def test_a_rebuild_gives_what_was_remembered_step_by_step(past: Past) -> None:
    await past.happen("inc-1")
    judged = await past.happen("inc-2", result="not_resolved")
    await past.happen("inc-3", org_id="other")
    await past.judge(judged, wrong(actual_class=FaultClass.OUT_OF_MEMORY))
    step_by_step = await stored(past.engine)
    async with past.engine.begin() as connection:
        for table in (past_failures, past_incident_tokens, past_incidents):
            await connection.execute(sa.delete(table))

    done = await remembering.rebuild(past.engine)
    again = await remembering.rebuild(past.engine)

    assert done == again == remembering.Rebuilt(remembered=3, unreadable=())
    assert await stored(past.engine) == step_by_step
    assert len(step_by_step) > 3
    assert sum("stream" in row for row in step_by_step) == 3, "all three causes were verified"


async def test_a_log_of_another_age_is_left_out_and_stops_nobody(past: Past) -> None:
    id_ = await past.happen("inc-old")
    await past.log(id_, EventKind.EVIDENCE_ADDED, evidence={"kind": "of long ago"})

    done = await remembering.rebuild(past.engine)

    assert done == remembering.Rebuilt(remembered=0, unreadable=(id_,))


async def test_hostile_names_are_remembered_within_bounds(past: Past) -> None:
    id_ = await past.open("inc-old", "core")
    await past.log(
        id_,
        EventKind.ALERT_RECEIVED,
        fingerprint="f" * 9000,
        name="'); DROP TABLE past_incidents; --" + "\u0001\u2603" * 4000,
        severity="critical",
        labels={"namespace": past.world.namespace},
        starts_at=past.world.now.isoformat(),
    )
    await past.log(id_, EventKind.STATUS_CHANGED, **{"from": "verifying", "to": "escalated"})

    async with past.engine.begin() as connection:
        assert await remembering.remember(connection, id_)

    rows = await stored(past.engine)
    assert max(len(row["token"]) for row in rows if "token" in row) < 200


async def test_of_a_thousand_past_incidents_the_ones_alike_are_found(past: Past) -> None:
    await past.happen("inc-first")
    await past.happen("inc-same")
    copies = """
        INSERT INTO incidents (id, org_id, cluster_id, namespace, service, title, severity, status,
            started_at, opened_at, ended_at, last_at)
        SELECT 'inc-' || n, org_id, cluster_id, namespace, 's' || n % 50, title, severity, status,
            started_at, opened_at, ended_at, last_at
        FROM incidents, generate_series(1, 1000) AS n WHERE id = 'inc-first';
        INSERT INTO past_incidents
        SELECT 'inc-' || n, org_id, namespace, 's' || n % 50, ended_at + n * interval '1 second',
            outcome, cause, confidence, repair, verdict,
            json_build_array('service:s' || n % 50, 'alert:HighErrorRatio', 'cause:bad_release',
                'release:recent', 'signal:errors', 'fingerprint:' || n, 'log:line ' || n % 300)
        FROM past_incidents, generate_series(1, 1000) AS n WHERE incident_id = 'inc-first';
        INSERT INTO past_incident_tokens (org_id, token, incident_id, ended_at)
        SELECT org_id, token, incident_id, ended_at
        FROM past_incidents, json_array_elements_text(tokens) AS token
        WHERE incident_id NOT IN ('inc-first', 'inc-same');
        ANALYZE past_incidents; ANALYZE past_incident_tokens; ANALYZE incidents;
    """
    async with past.engine.begin() as connection:
        for statement in filter(str.strip, copies.split(";")):
            await connection.execute(sa.text(statement))
    present = past.features()

    found = await past.recall(present=present)

    assert found.considered == 1_002
    assert {item.incident_id for item in found.incidents} == {"inc-first", "inc-same"}
