"""Diagnoses by hand, and the plans that the shipped playbooks make of them."""

from typing import Any

from sre_agent.config import loader
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.runbooks import Runbook, RunbookStep
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.planning import planner
from sre_agent.planning.settings import PlanningSettings
from sre_agent.planning.sizing import MIB
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import ROLES, World

SETTINGS = PlanningSettings(catalogue=loader.load_catalogue(), hold_s=20, deadline_s=90)
LIBRARY = loader.load_playbooks()
WORLD = World(61)
RELEASE: dict[str, Any] = {
    "revision": 2,
    "previous_revision": 1,
    "current_revision": 2,
    "released_at": "then",
    "image_before": "a:1",
    "image_after": "a:2",
}
LOWERED: dict[str, Any] = {
    "container": "app",
    "memory_limit_bytes": 64 * MIB,
    "memory_limit_before_bytes": 128 * MIB,
    "limit_lowered": True,
    "image_changed": False,
}
LEAK: dict[str, Any] = {**LOWERED, "limit_lowered": False, "image_changed": True}
GROWN: dict[str, Any] = {
    "container": "app",
    "memory_limit_bytes": 64 * MIB,
    "memory_peak_bytes": 64 * MIB,
}


def found(fault_class: FaultClass, confidence: float = 0.9, **facts: Any) -> Diagnosis:
    ref = WORLD.ref("pay")
    finding = Suspect(fault_class, ref).speaks_for("pods.x", 1.0, "seen", [EvidenceId("e1")])
    cause = Cause(
        fault_class=fault_class,
        object=ref,
        confidence=confidence,
        statement="s",
        findings=(finding,),
        facts=facts,
    )
    return Diagnosis(
        causes=(cause,), abstained=False, reason="r", conclusion=Conclusion.CAUSE_FOUND
    )


def alerting(*names: str) -> Incident:
    incident = WORLD.incident("entry")
    [alert] = incident.alerts
    alerts = tuple(alert.model_copy(update={"name": name}) for name in names)
    return incident.model_copy(update={"alerts": alerts})


def planned(diagnosis: Diagnosis, *alerts: str, more: tuple[Evidence, ...] = ()) -> Plan | NoPlan:
    evidence = [*views.evidence(WORLD, *ROLES), *more]
    return planner.plan(diagnosis, alerting(*alerts or ("Odd",)), evidence, LIBRARY, SETTINGS)


def runbook(*steps: RunbookStep, **changes: Any) -> Evidence:
    values: dict[str, Any] = {
        "id": "r",
        "title": "When it fails",
        "source": "folder",
        "services": (WORLD.services["pay"].name,),
        "is_stale": False,
        "sections": (),
        "steps": steps,
        **changes,
    }
    return build.evidence("run-1.1", Runbook(**values), WORLD.now)
