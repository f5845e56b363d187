"""A model outside the house is told less, and what nobody listed is told to none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.observations import KINDS
from sre_agent.domain.tools import ToolCall
from sre_agent.llm import allowance


def evidence(kind: str, facts: dict[str, Any]) -> Evidence:
    return Evidence(
        id=EvidenceId("e-1"),
        kind=kind,
        specialist="logs",
        call=ToolCall(server="loki", tool="error_patterns", arguments={}),
        subject=None,
        facts=facts,
        summary="what it says",
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_model_in_the_house_is_told_every_kind() -> None:
    assert allowance.load(is_local=True).kinds == frozenset(KINDS)


@pytest.mark.parametrize(
    "kind",
    [
        "logs.lines",
        "kubernetes.pod_logs",
        "kubernetes.objects",
        "runbooks.runbook",
        "memory.past_incidents",
        "services.entries",
        "new.kind",
    ],
)
def test_raw_text_and_other_incidents_stay_in_the_house(kind: str) -> None:
    assert allowance.load(is_local=False).of(evidence(kind, {"x": 1})) is None


def test_of_a_pattern_the_wording_is_told_and_the_sample_is_not() -> None:
    facts = {"patterns": [{"template": "no route to <*>", "sample": "no route to ada", "count": 3}]}

    told = allowance.load(is_local=False).of(evidence("logs.error_patterns", facts))

    assert told is not None
    assert told.facts == {"patterns": [{"template": "no route to <*>", "count": 3}]}
    assert told.summary == ""


def test_of_a_setting_that_was_changed_its_name_is_told_and_no_value() -> None:
    image = {"path": "containers[env].image", "before": "web:1.3", "after": "web:1.4"}
    values = {"before": "https://a.example", "after": "https://b.example"}
    paths = ["containers[web].env[URL]", "containers[web].args", "annotations.team/note"]
    changes = [image, *({"path": path, **values} for path in paths)]
    facts = {"revisions": [{"number": 4, "change_cause": "ann: hotfix", "changes": changes}]}

    told = allowance.load(is_local=False).of(evidence("kubernetes.rollout_history", facts))

    assert told is not None
    shown = {"number": 4, "changes": [image, *({"path": path} for path in paths)]}
    assert told.facts == {"revisions": [shown]}


def test_evidence_that_holds_nothing_to_leave_out_is_told_as_it_is() -> None:
    whole = evidence("metrics.series", {"series": [{"name": "up", "late": 0.0}]})

    assert allowance.load(is_local=False).of(whole) is whole


def test_the_setting_narrows_and_widens_what_goes_out() -> None:
    changed = allowance.load(is_local=False, changes="-logs.*, +runbooks.runbook")

    assert not changed.allows("logs.error_patterns")
    assert changed.allows("runbooks.runbook")
    assert allowance.load(is_local=True, changes="-logs.*").allows("logs.lines")


@pytest.mark.parametrize("changes", ["logs.*", "+nothing.here", "*", "+", "-logs.*;+x"])
def test_a_change_that_cannot_be_read_is_told(changes: str) -> None:
    with pytest.raises(InvalidConfigurationError, match="write \\+ or - and a kind of evidence"):
        allowance.load(is_local=False, changes=changes)
