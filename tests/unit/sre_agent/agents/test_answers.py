"""What becomes evidence bears no secrets, whichever tool brought it."""

from sre_agent.agents import answers
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.tools import ToolCall
from sre_agent.testing.toolbox import ok


def test_secrets_in_the_annotations_of_alerts_are_masked() -> None:
    call = ToolCall(server="prometheus", tool="list_alerts", arguments={})
    alert = {
        "name": "Down",
        "state": "firing",
        "labels": {},
        "annotations": {"runbook": "psql postgresql://ada:hunter2@db/x"},
    }

    found = answers.read(
        call, ok({"alerts": [alert]}), answers.Origin("metrics", EvidenceId("met-1.1"))
    )

    assert isinstance(found, Evidence)
    assert "hunter2" not in found.model_dump_json()
