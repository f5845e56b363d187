"""Incidents of the past, and what memory says of them."""

from datetime import timedelta
from typing import Any

from sre_agent.diagnosis import diagnose
from sre_agent.domain.causes import Diagnosis, Finding
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.memory import (
    NamedCause,
    Outcome,
    PastIncident,
    PastIncidents,
    PastVerdict,
)
from sre_agent.domain.tools import ToolCall
from sre_agent.domain.verdict import Judgement
from sre_agent.testing import views
from sre_agent.testing.clock import START
from sre_agent.testing.world import ROLES, World

WEB = ObjectRef.deployment("prod", "web")
API = ObjectRef.deployment("prod", "api")
RIGHT = PastVerdict(judgement=Judgement.RIGHT, actor="ann")
WRONG = PastVerdict(judgement=Judgement.WRONG, actor="ann")


def named(object_: ObjectRef, fault_class: FaultClass = FaultClass.BAD_RELEASE) -> NamedCause:
    return NamedCause(fault_class=fault_class, object=object_)


def past(cause: NamedCause | None, id_: str = "inc-old", **fields: Any) -> PastIncident:
    values: dict[str, Any] = {
        "outcome": Outcome.RESOLVED,
        "similarity": 1.0,
        "cluster_id": "cluster-1",
        **fields,
    }
    return PastIncident(
        incident_id=id_,
        ended_at=START - timedelta(days=3),
        namespace="prod",
        service="web",
        cause=cause,
        **values,
    )


def memory(*found: PastIncident, id_: str = "memory-1.1") -> Evidence:
    return Evidence(
        id=EvidenceId(id_),
        kind="memory.past_incidents",
        specialist="memory",
        call=ToolCall(server="memory", tool="similar_incidents", arguments={}),
        subject=None,
        facts=PastIncidents(incidents=found, considered=len(found)).model_dump(mode="json"),
        summary="",
        observed_at=START,
    )


def judged(world: World, *remembered: PastIncident, alerting: str = "core") -> Diagnosis:
    evidence = [*views.evidence(world, *ROLES), *([memory(*remembered)] if remembered else [])]
    return diagnose(evidence, world.incident(alerting), world.now)


def released() -> World:
    world = World(7)
    world.release("core", ago_s=70, error_ratio=0.4)
    return world


def of_memory(found: Diagnosis) -> dict[str, list[Finding]]:
    return {
        str(cause.object): [item for item in cause.findings if item.rule.startswith("precedent.")]
        for cause in found.causes
    }
