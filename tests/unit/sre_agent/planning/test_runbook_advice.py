"""The runbook that fits a cause is cited with its age; its typed steps count only where they may."""

import json
from pathlib import Path
from typing import Any

import pytest

from sre_agent.diagnosis.asking import reading
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.runbooks import Runbook, RunbookMatches
from sre_agent.planning import runbook_advice
from sre_agent.safety.redaction import redact_json
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

VECTOR = Path(__file__).parents[3] / "vectors" / "runbooks" / "get_runbook.json"
WORLD = World(1)
NAME = WORLD.services["pay"].name
INCIDENT = WORLD.incident("pay")
ALERT = INCIDENT.alerts[0].name


def cause(fault: FaultClass = FaultClass.MISSING_CONFIGURATION, **facts: str) -> Cause:
    finding = Finding(
        rule="pods.x",
        fault_class=fault,
        object=WORLD.ref("pay"),
        stance=Stance.FOR,
        weight=3.0,
        statement="s",
        evidence_ids=(EvidenceId("k8s-1.1"),),
    )
    return Cause(
        fault_class=fault,
        object=WORLD.ref("pay"),
        confidence=0.9,
        statement="s",
        findings=(finding,),
        facts=dict(facts),
    )


def runbook(id_: str = "one", **changes: Any) -> Runbook:
    """Return the runbook that the server gave, for the workload at fault unless told otherwise."""
    data = json.loads(VECTOR.read_text())["data"]
    return Runbook.model_validate({**data, "id": id_, "services": (NAME,), **changes})


def seen(*runbooks: Runbook) -> list[Evidence]:
    return [build.evidence(f"run-1.{n}", it, WORLD.now) for n, it in enumerate(runbooks, 1)]


def cited(*runbooks: Runbook, fault: FaultClass = FaultClass.MISSING_CONFIGURATION) -> str | None:
    advice = runbook_advice.advise(cause(fault), INCIDENT, seen(*runbooks))
    return advice.citation.id if advice else None


def test_a_runbook_that_fits_is_cited_with_why_whose_it_is_and_where_it_was_seen() -> None:
    advice = runbook_advice.advise(cause(), INCIDENT, seen(runbook(alerts=(ALERT,))))

    assert advice is not None
    assert advice.citation.title == "Ledger does not start"
    assert advice.citation.owner == "team-ledger"
    assert advice.citation.url == "https://wiki.example.com/ledger"
    assert advice.citation.evidence_id == "run-1.1"
    assert advice.citation.reason == (
        f"it is about missing_configuration; it is for {NAME}; it is for {ALERT}"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"services": ("another",)},
        {"fault_classes": ("out_of_memory",)},
        {"fault_classes": (), "alerts": ("AnotherAlert",)},
        {"services": (), "fault_classes": (), "alerts": ()},
    ],
)
def test_a_runbook_about_something_else_is_not_cited(changes: dict[str, Any]) -> None:
    assert cited(runbook(**changes)) is None


def test_the_runbook_of_the_very_service_goes_before_a_general_one() -> None:
    general = runbook("general", services=(), alerts=(ALERT,))
    own = runbook("own", alerts=())

    assert cited(general, own) == cited(own, general) == "own"


def test_of_two_that_fit_alike_the_fresh_one_is_cited() -> None:
    fresh = runbook("fresh", is_stale=False, age_days=3)

    assert cited(runbook("stale"), fresh) == cited(fresh, runbook("stale")) == "fresh"


def test_a_runbook_for_the_service_by_the_name_of_its_service_object_fits() -> None:
    item = runbook(services=("front-door",))

    assert runbook_advice.advise(cause(), INCIDENT, seen(item)) is None
    assert runbook_advice.advise(cause(), INCIDENT, seen(item), ["front-door"])


def test_only_steps_for_this_class_of_fault_are_advised() -> None:
    steps = [
        {"action": "restart_rollout", "arguments": {}, "when": ("crash_loop",)},
        {"action": "rollback_rollout", "arguments": {}, "when": ()},
    ]

    advice = runbook_advice.advise(cause(), INCIDENT, seen(runbook(steps=steps)))

    assert advice is not None
    assert [step.action for step in advice.steps] == ["rollback_rollout"]


def test_a_value_for_the_missing_variable_becomes_a_fact() -> None:
    missing = cause(variable="LEDGER_SIGNING_MODE")
    advice = runbook_advice.advise(missing, INCIDENT, seen(runbook()))

    known = runbook_advice.with_variable(missing, advice)

    assert known.facts["variable_value"] == "strict"
    assert known.facts["container"] == "ledger"


def test_a_value_for_another_container_is_none() -> None:
    elsewhere = cause(variable="LEDGER_SIGNING_MODE", container="sidecar")
    here = cause(variable="LEDGER_SIGNING_MODE", container="ledger")
    advice = runbook_advice.advise(here, INCIDENT, seen(runbook()))

    assert "variable_value" not in runbook_advice.with_variable(elsewhere, advice).facts
    assert "variable_value" in runbook_advice.with_variable(here, advice).facts


def test_a_runbook_that_names_another_variable_or_no_service_gives_no_value() -> None:
    other = cause(variable="ANOTHER")
    missing = cause(variable="LEDGER_SIGNING_MODE")
    own = runbook_advice.advise(other, INCIDENT, seen(runbook()))
    general = runbook_advice.advise(missing, INCIDENT, seen(runbook(services=())))

    assert own is not None
    assert general is not None
    assert "variable_value" not in runbook_advice.with_variable(other, own).facts
    assert "variable_value" not in runbook_advice.with_variable(missing, general).facts
    assert "variable_value" not in runbook_advice.with_variable(missing, None).facts


@pytest.mark.parametrize("value", ["postgres://app:hunter2@db/x", "Bearer abcdef0123456789"])
def test_a_value_that_was_masked_on_its_way_here_is_no_value(value: str) -> None:
    # Evidence holds no secrets: what is left of such a value is not what the runbook names.
    told = runbook().model_dump(mode="json")
    told["steps"][0]["arguments"]["value"] = value
    masked = Runbook.model_validate(redact_json(told))
    missing = cause(variable="LEDGER_SIGNING_MODE")
    advice = runbook_advice.advise(missing, INCIDENT, seen(masked))

    known = runbook_advice.with_variable(missing, advice)

    assert "hunter2" not in str(masked)
    assert "variable_value" not in known.facts


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({}, "runbook 'Ledger does not start' is stale: last validated 172 days ago (2026-06-01)"),
        (
            {"age_days": None, "last_validated": None},
            "runbook 'Ledger does not start' was never validated",
        ),
        ({"is_stale": False, "age_days": 3}, None),
    ],
)
def test_a_stale_runbook_is_warned_of(changes: dict[str, Any], warning: str | None) -> None:
    advice = runbook_advice.advise(cause(), INCIDENT, seen(runbook(**changes)))

    assert advice is not None
    assert runbook_advice.stale_warning(advice.citation) == warning


def test_the_runbook_of_a_cause_that_no_alert_names_is_asked_for_once() -> None:
    def searched(*services: str) -> list[Evidence]:
        return [
            build.evidence(
                f"run-1.{n}",
                RunbookMatches(service=it, fault_class=cause().fault_class, matches=()),
                WORLD.now,
            )
            for n, it in enumerate(services)
        ]

    [question] = reading.ask(searched("entry"), cause())

    assert (question.specialist, question.object) == ("runbooks", WORLD.ref("pay"))
    assert list(reading.ask(searched("entry", NAME), cause())) == []
    assert list(reading.ask([], cause())) == [], "there is nobody to ask"
    whole = ObjectRef(kind="Namespace", namespace="", name=WORLD.namespace)
    of_all = cause().model_copy(update={"object": whole})
    assert list(reading.ask(searched("entry"), of_all)) == [], "a namespace has none of its own"
