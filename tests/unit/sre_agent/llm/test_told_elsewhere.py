"""A model outside the house hears what happened: no name of a person, no word of one, no value that one set."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sre_agent.ask import incident_facts, other_facts
from sre_agent.ask.asking import Place
from sre_agent.ask.citing import Fact
from sre_agent.ask.incident_facts import Seen
from sre_agent.domain.attribution import ChangeVerdict, JudgedChange
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.kubernetes import Revision, TemplateChange
from sre_agent.domain.timeline import ChangeKind
from sre_agent.llm import elsewhere, reporter

NOW = datetime(2026, 11, 1, 10, tzinfo=UTC)
URL = "https://intern.example/x"
PRIVATE = ("anna", "dave", "carla", "müller", "intern.example", "black week")
CALL = {
    "server": "kubernetes",
    "tool": "set_env",
    "arguments": {"namespace": "shop", "name": "web", "variable": "PARTNER_URL", "value": URL},
}
PLAN = {"summary": f"Set a variable: {URL}", "actions": [{"call": CALL}]}
REASON = "Anna told me that the customer Müller is furious"
SAID: list[tuple[EventKind, dict[str, Any], str]] = [
    (EventKind.APPROVAL_GIVEN, {"verdict": "approved", "waits_for": 1}, "Plan approved, another"),
    (EventKind.APPROVAL_DECIDED, {"verdict": "rejected", "channel": "slack"}, "Plan rejected"),
    (EventKind.APPROVAL_VOIDED, {}, "What was shown has changed"),
    (EventKind.PAUSED, {}, "Paused"),
    (EventKind.RESUMED, {}, "Resumed"),
    (EventKind.CANCELLED, {}, "Cancelled"),
    (EventKind.REOPENED, {}, "Reopened"),
    (EventKind.ESCALATED, {}, "Escalated to people"),
    (EventKind.BRAKED, {"reason": "nothing is changed during 'black week'"}, "Not carried out now"),
    (EventKind.PLAN_PROPOSED, {"plan": PLAN}, "kubernetes.set_env(namespace='shop', name='web')"),
    (EventKind.PLAN_WITHHELD, {"reason": f"dave.jones asked for set_env {URL}"}, "No plan"),
    (EventKind.ACTION_STARTED, {"action_id": "a1", "call": CALL}, "Action a1 started: kubernetes."),
    (
        EventKind.ACTION_FINISHED,
        {"action_id": "a1", "status": "ok", "detail": URL},
        "Action a1: ok",
    ),
    (EventKind.STATUS_CHANGED, {"from": "verifying", "to": "closed"}, "Status verifying → closed"),
]


def event(kind: EventKind, payload: dict[str, Any], seq: int = 1) -> Event:
    told = {"actor": "dave.jones", "reason": REASON, **payload}
    return Event(
        incident_id=IncidentId("inc-1"),
        seq=seq,
        at=NOW,
        actor="dave.jones",
        kind=kind,
        payload=told,
        step_key="",
        prev_hash="",
        hash="",
    )


def is_private(text: str) -> bool:
    return any(word in text.casefold() for word in PRIVATE)


@pytest.mark.parametrize(("kind", "payload", "said"), SAID, ids=[kind.value for kind, *_ in SAID])
def test_an_entry_is_told_elsewhere_without_what_people_said_and_set(
    kind: EventKind, payload: dict[str, Any], said: str
) -> None:
    log = [event(kind, payload)]

    assert said in reporter._entries(log, is_local=False)[1]
    assert not is_private(reporter._entries(log, is_local=False)[1])
    assert is_private(reporter._entries(log, is_local=True)[1])


def test_the_title_of_an_incident_opened_by_hand_is_told_as_it_is_what_is_asked_about() -> None:
    opened = event(EventKind.INCIDENT_OPENED, {"trigger": "manual", "title": "web is slow"})

    assert elsewhere.sentence(opened).endswith("manual: web is slow")


@pytest.mark.parametrize(
    "kind",
    [
        *(EventKind.COMMENTED, EventKind.ASSIGNED, EventKind.ACKNOWLEDGED, EventKind.SPLIT),
        *(EventKind.REINVESTIGATED, EventKind.MERGED, EventKind.TIED),
    ],
)
def test_what_people_do_among_themselves_and_other_incidents_are_not_told(kind: EventKind) -> None:
    payload = {"text": "hello", "to": "carla", "into": "inc-2", "incident_id": "inc-2"}

    assert reporter._entries([event(kind, payload)], is_local=False) == {}


SEEN = Seen(
    id="inc-1",
    place=Place(namespace="shop", service="web"),
    title="web answers with errors",
    severity="critical",
    status=IncidentStatus.AWAITING_APPROVAL,
    opened_at=NOW,
    ended_at=None,
    is_paused=False,
    assigned_to=None,
    cause="",
    confidence=None,
    seq=2,
)


def _explained() -> Fact | None:
    change = JudgedChange(
        id="c", kind=next(iter(ChangeKind)), summary="web 1.4", at=NOW, actor="carla.weber"
    )
    verdict = ChangeVerdict(
        suspect=change, onset_at=NOW, confidence=0.8, reason="web 1.4 explains it"
    )
    ranked = event(EventKind.CAUSES_RANKED, {"changes": verdict.model_dump(mode="json")})
    return incident_facts.explained(SEEN, ranked)


def _waiting() -> Fact | None:
    payload = {"expires_at": NOW.isoformat(), "plan": PLAN}
    log = [event(EventKind.APPROVAL_REQUESTED, payload)]
    return next(incident_facts.waiting(SEEN, log, NOW))


def _course(kind: EventKind, payload: dict[str, Any]) -> Callable[[], Fact | None]:
    return lambda: next(incident_facts.course([event(kind, payload)]))


def _revision() -> Fact | None:
    changes = (
        TemplateChange(path="containers[web].env[PARTNER_URL]", before=None, after=URL),
        TemplateChange(path="containers[web].image", before="web:1.3", after="web:1.4"),
    )
    item = SimpleNamespace(number=4, created_at=NOW, changes=changes, images=("web:1.4",))
    ref = ObjectRef(kind="Deployment", namespace="shop", name="web")
    return other_facts.revision(ref, cast("Revision", item), "one")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_explained, "web 1.4 explains it, in effect since 2026-11-01"),
        (_waiting, "waits for a person to approve its plan (kubernetes.set_env(namespace='shop'"),
        (_revision, "(containers[web].env[PARTNER_URL]; containers[web].image: web:1.3 → web:1.4)"),
        (_course(EventKind.ESCALATED, {}), "Escalated to people"),
        (_course(EventKind.PLAN_PROPOSED, {"plan": PLAN}), "Plan proposed: kubernetes.set_env("),
        (_course(EventKind.BRAKED, {}), "Not carried out now"),
    ],
    ids=["explained", "waiting", "revision", "escalated", "proposed", "braked"],
)
def test_a_fact_is_told_elsewhere_without_what_people_said_and_set(
    make: Callable[[], Fact | None], said: str
) -> None:
    fact = make()

    assert fact is not None
    assert is_private(fact.text)
    assert said in fact.outside().text
    assert not is_private(fact.outside().text)
    assert fact.outside().cites == fact.cites
