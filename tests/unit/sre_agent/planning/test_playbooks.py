"""A playbook or repair that does not make sense is refused by its file's name."""

from typing import Any

import pytest
import yaml

from sre_agent.planning import playbooks, repairs
from sre_agent.planning.playbooks import InvalidPlaybookError

REPAIR: dict[str, Any] = {
    "name": "scale",
    "title": "Scale",
    "server": "kubernetes",
    "tool": "scale_workload",
    "arguments": {"name": "{object.name}", "replicas": "{facts.previous_replicas}"},
    "risk": "low",
    "rationale": "because of {facts.scaled_at}",
    "requires": ["previous_replicas"],
    "min_confidence": 0.5,
}
BOOK: dict[str, Any] = {
    "name": "book",
    "title": "Book",
    "trigger": {"fault_classes": ["no_endpoints"], "alerts": ["Down"]},
    "diagnosis": ["workload"],
    "steps": [{"name": "s", "condition": "c", "when": "true", "repairs": ["scale"]}],
    "escalation": {"when": "w", "tell": "t"},
}
STEP: dict[str, Any] = BOOK["steps"][0]


def read(book: dict[str, Any], repair: dict[str, Any]) -> playbooks.Playbooks:
    known = repairs.parse({"repair.yaml": yaml.safe_dump(repair)})
    return playbooks.parse({"book.yaml": yaml.safe_dump(book)}, known)


def test_a_playbook_that_makes_sense_is_read() -> None:
    library = read(BOOK, REPAIR)

    assert [book.name for book in library.playbooks] == ["book"]
    assert set(library.repairs) == {"scale"}


@pytest.mark.parametrize(
    "changes",
    [
        {"arguments": {"name": "{object.title}"}},
        {"arguments": {"name": "{facts.nonsense}"}, "requires": ["nonsense"]},
        {"requires": []},
        {"rationale": "{facts.nonsense}"},
        {"inverse": {"tool": "t", "arguments": {"replicas": "{facts.current_replicas}"}}},
        {"target": {"kind": "Pod", "name": "{facts.pod}"}},
        {"min_confidence": 2},
        {"extra": 1},
    ],
)
def test_a_repair_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlaybookError, match=r"repair\.yaml"):
        read(BOOK, {**REPAIR, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": {"fault_classes": ["bad_luck"], "alerts": ["x"]}},
        {"trigger": {"fault_classes": ["no_endpoints"], "alerts": ["("]}},
        {"trigger": {"fault_classes": ["no_endpoints"], "alerts": []}},
        {"diagnosis": ["horoscope"]},
        {"steps": []},
        {"steps": [{**STEP, "when": "has(facts.nonsense)"}]},
        {"steps": [{**STEP, "when": "has("}]},
        {"steps": [{**STEP, "repairs": ["pray"]}]},
        {"steps": [{**STEP, "escalate": "also"}]},
        {"steps": [{**STEP, "repairs": []}]},
        {"steps": [STEP, STEP]},
        {"always_a_person": True},
        {"verification": {"alerts": False}},
        {"escalation": {"tell": "t"}},
    ],
)
def test_a_playbook_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPlaybookError, match=r"book\.yaml"):
        read({**BOOK, **changes}, REPAIR)


def test_two_files_may_not_have_the_same_name_inside() -> None:
    text = yaml.safe_dump(REPAIR)

    with pytest.raises(InvalidPlaybookError, match=r"b\.yaml: there is another repair scale"):
        repairs.parse({"a.yaml": text, "b.yaml": text})
    with pytest.raises(InvalidPlaybookError, match=r"d\.yaml: there is another playbook book"):
        playbooks.parse(
            {"c.yaml": yaml.safe_dump(BOOK), "d.yaml": yaml.safe_dump(BOOK)},
            repairs.parse({"a.yaml": text}),
        )
