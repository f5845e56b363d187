"""What is remembered of an incident is what its log proves, and nothing else."""

from typing import Any

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.memory import Outcome, PastIncidents
from sre_agent.domain.verdict import CauseVerdict, Judgement
from sre_agent.memory import record
from sre_agent.memory.features import Family
from sre_agent.testing import FakeClock, InMemoryJournal, views
from sre_agent.testing import evidence as build
from sre_agent.testing.world import ROLES, World


class Log:
    """The log of an incident of a world, entry by entry."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.incident: Incident = world.incident("core")
        self._journal = InMemoryJournal(FakeClock(world.now))

    async def add(self, kind: EventKind, **payload: Any) -> "Log":
        key = f"{kind}:{len(self.events)}"
        draft = EventDraft(actor="ann", kind=kind, payload=payload, step_key=key)
        await self._journal.append(self.incident.id, draft)
        return self

    async def investigate(self) -> "Log":
        [alert] = self.incident.alerts
        received = alert.model_dump(
            mode="json", include={"fingerprint", "name", "severity", "labels"}
        )
        await self.add(
            EventKind.ALERT_RECEIVED, **received, starts_at=alert.starts_at.isoformat(), summary=""
        )
        await self.add(EventKind.RUN_STARTED)
        evidence = views.evidence(self.world, *ROLES)
        for item in evidence:
            await self.add(EventKind.EVIDENCE_ADDED, evidence=item.model_dump(mode="json"))
        found = diagnose(evidence, self.incident, self.world.now)
        return await self.add(
            EventKind.CAUSES_RANKED, round=1, diagnosis=found.model_dump(mode="json")
        )

    async def end(self, status: str) -> "Log":
        return await self.add(EventKind.STATUS_CHANGED, **{"from": "verifying", "to": status})

    async def judge(self, judgement: Judgement, **actual: Any) -> "Log":
        said = CauseVerdict(judgement=judgement, **actual).model_dump(mode="json")
        return await self.add(EventKind.VERDICT_GIVEN, verdict=said, actor="ann", channel="t")

    @property
    def events(self) -> list[Event]:
        return self._journal.events.get(self.incident.id, [])

    def read(self) -> record.Record:
        found = record.read(self.incident, self.events)
        assert found is not None
        return found


@pytest.fixture
async def log() -> Log:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return await Log(world).investigate()


async def test_an_open_incident_is_no_past_one(log: Log) -> None:
    assert record.read(log.incident, log.events) is None
    await log.end("awaiting_approval")
    assert record.read(log.incident, log.events) is None


async def test_a_merged_incident_is_remembered_as_part_of_the_other(log: Log) -> None:
    await log.end("merged")

    assert record.read(log.incident, log.events) is None


@pytest.mark.parametrize(
    ("kind", "payload", "status", "outcome"),
    [
        (EventKind.VERIFICATION_FINISHED, {"result": "resolved"}, "resolved", Outcome.RESOLVED),
        (EventKind.VERIFICATION_FINISHED, {"result": "unknown"}, "escalated", Outcome.ESCALATED),
        (
            EventKind.VERIFICATION_FINISHED,
            {"result": "not_resolved"},
            "escalated",
            Outcome.NOT_RESOLVED,
        ),
        (EventKind.VERIFICATION_FINISHED, {"result": "worse"}, "escalated", Outcome.NOT_RESOLVED),
        (EventKind.VERIFICATION_FINISHED, {"result": "improved"}, "escalated", Outcome.ESCALATED),
        (EventKind.APPROVAL_DECIDED, {"verdict": "rejected"}, "escalated", Outcome.REJECTED),
        (EventKind.APPROVAL_DECIDED, {"verdict": "expired"}, "escalated", Outcome.ESCALATED),
        (EventKind.PLAN_WITHHELD, {"reason": "r"}, "closed", Outcome.CLOSED),
        (EventKind.TOOL_CALLED, {"text": "resolved"}, "resolved", Outcome.ESCALATED),
    ],
)
async def test_the_outcome_is_what_the_log_proves(
    kind: EventKind, payload: dict[str, Any], status: str, outcome: Outcome, log: Log
) -> None:
    await log.add(kind, **payload)
    await log.end(status)

    assert log.read().outcome is outcome


async def test_a_repair_that_did_not_last_is_none(log: Log) -> None:
    await log.add(EventKind.VERIFICATION_FINISHED, result="resolved")
    await log.end("resolved")
    await log.add(EventKind.RUN_STARTED)
    await log.end("escalated")

    assert log.read().outcome is Outcome.ESCALATED


async def test_calm_is_remembered_as_nothing_wrong() -> None:
    log = await Log(World(9)).investigate()
    await log.end("closed")

    assert log.read().outcome is Outcome.NOTHING_WRONG


async def test_the_cause_is_kept_with_the_confidence_that_was_stated(log: Log) -> None:
    await log.end("escalated")

    found = log.read()

    assert found.cause is not None
    assert (found.cause.fault_class, found.cause.object) == (
        FaultClass.BAD_RELEASE,
        log.world.ref("core"),
    )
    assert found.confidence is not None
    assert found.confidence > 0.6
    assert found.repair == "", "nothing was carried out"


async def test_the_last_verdict_counts_and_names_the_actual_cause(log: Log) -> None:
    await log.end("escalated")
    await log.judge(Judgement.RIGHT)
    await log.judge(Judgement.WRONG, actual_class=FaultClass.OUT_OF_MEMORY)

    found = log.read()

    assert found.verdict is not None
    assert found.verdict.judgement is Judgement.WRONG
    assert found.verdict.actual is not None
    assert found.verdict.actual.fault_class is FaultClass.OUT_OF_MEMORY
    assert found.verdict.actual.object == log.world.ref("core"), "the object was not disputed"
    assert found.features.of(Family.CAUSE) == {"out_of_memory"}


@pytest.mark.parametrize(("origin", "left"), [("inc-1", set()), ("inc-other", {"f1"})])
async def test_an_alert_that_was_split_off_is_remembered_where_it_went(
    origin: str, left: set[str], log: Log
) -> None:
    into = "inc-other" if origin == "inc-1" else "inc-1"
    await log.add(EventKind.SPLIT, incident_id=origin, into=into, fingerprints=["f1"])
    await log.end("escalated")

    assert log.read().features.of(Family.FINGERPRINT) == left


async def test_what_memory_brought_is_no_feature(log: Log) -> None:
    await log.end("escalated")
    before = log.read().features
    told = build.evidence("m1", PastIncidents(incidents=(), considered=5), log.world.now)

    await log.add(EventKind.EVIDENCE_ADDED, evidence=told.model_dump(mode="json"))

    assert log.read().features == before


def test_a_right_cause_has_no_other() -> None:
    with pytest.raises(ValueError, match="no other"):
        CauseVerdict(judgement=Judgement.RIGHT, actual_class=FaultClass.OUT_OF_MEMORY)
