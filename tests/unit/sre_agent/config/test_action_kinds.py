"""The catalogue of actions is whole, and one that is not is refused with what to mend."""

import pytest
import yaml

from sre_agent.config import action_kinds, loader, permissions
from sre_agent.config.action_kinds import InvalidActionsError
from sre_agent.planning import repairs
from sre_agent.planning.yaml_files import InvalidPlaybookError

ENTRY: dict[str, object] = {
    "title": "t",
    "target_kinds": ["Deployment"],
    "arguments": {
        name: {"type": "string", "required": True, "meaning": "m"} for name in ("namespace", "name")
    },
    "precondition": "p",
    "cool_down_s": 1,
    "statefulness": "kept",
    "verification": {"proof": "rollout"},
    "idempotency": "i",
    "least_risk": "low",
    "risk_points": 1,
}


def test_every_writing_tool_that_may_be_called_is_in_the_catalogue_and_no_other() -> None:
    assert set(action_kinds.shipped().kinds) == permissions.load_allow_list().writes


def test_every_shipped_repair_calls_what_the_catalogue_knows() -> None:
    actions = action_kinds.shipped()

    for repair in loader.load_playbooks().repairs.values():
        kind = actions.find(repair.server, repair.tool)
        assert kind is not None, repair.name
        assert repair.inverse is None or repair.inverse.tool in kind.inverses


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"inverses": ["undo_it"]}, "undo_it, which is not in the catalogue"),
        ({"arguments": {}}, "has to require name, namespace"),
        ({"risk_points": 101}, "risk_points"),
        ({"verification": {"proof": "hope"}}, "verification.proof"),
        ({"least_risk": None}, "least_risk"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changed: dict[str, object], told: str) -> None:
    text = yaml.safe_dump({"do_it": {**ENTRY, **changed}})

    with pytest.raises(InvalidActionsError, match=told):
        action_kinds.parse({"mine.yaml": text})


def test_a_tool_has_one_entry() -> None:
    text = yaml.safe_dump({"do_it": ENTRY})

    with pytest.raises(InvalidActionsError, match=r"two\.yaml: do_it is in the catalogue twice"):
        action_kinds.parse({"one.yaml": text, "two.yaml": text})


def test_a_file_that_holds_no_entries_is_refused() -> None:
    with pytest.raises(InvalidActionsError, match=r"mine\.yaml"):
        action_kinds.parse({"mine.yaml": "- 1"})


SCALED: dict[str, object] = {"namespace": "n", "name": "w", "replicas": 2}
REPAIR: dict[str, object] = {
    "name": "mine",
    "title": "t",
    "server": "kubernetes",
    "tool": "scale_workload",
    "arguments": SCALED,
    "risk": "low",
    "rationale": "r",
    "min_confidence": 0.5,
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"arguments": {**SCALED, "pods": 2}}, "has no argument pods"),
        ({"arguments": {"namespace": "n", "name": "w"}}, "needs the argument replicas"),
        (
            {"inverse": {"tool": "restart_rollout", "arguments": {}}},
            "is taken back by scale_workload, not by restart_rollout",
        ),
        (
            {"inverse": {"tool": "scale_workload", "arguments": {"namespace": "n", "name": "w"}}},
            "needs the argument replicas",
        ),
        (
            {
                "tool": "delete_pod",
                "arguments": {"namespace": "n", "name": "w"},
                "inverse": {"tool": "delete_pod", "arguments": {}},
            },
            "cannot be taken back",
        ),
    ],
)
def test_a_repair_that_does_not_fit_its_tool_is_refused(
    changed: dict[str, object], told: str
) -> None:
    text = yaml.safe_dump({**REPAIR, **changed})

    with pytest.raises(InvalidPlaybookError, match=told):
        repairs.parse({"mine.yaml": text}, action_kinds.shipped())
