"""Bounds come from a file and from what was seen; a file whose bounds cannot be meant is refused."""

from typing import Any

import pytest
import yaml

from sre_agent.config import action_kinds
from sre_agent.domain.actions import Argument
from sre_agent.planning import repairs
from sre_agent.planning.ranges import Range
from sre_agent.planning.sizing import MIB
from sre_agent.planning.yaml_files import InvalidPlaybookError

SCALE: dict[str, Any] = {
    "name": "grow",
    "title": "Give it pods",
    "server": "kubernetes",
    "tool": "scale_workload",
    "arguments": {
        "namespace": "{object.namespace}",
        "name": "{object.name}",
        "replicas": "{facts.suggested_replicas}",
    },
    "risk": "low",
    "rationale": "more pods",
    "requires": ["suggested_replicas"],
    "min_confidence": 0.6,
}
PODS = {"above": "replicas", "times": 2}


def parse(adjustable: dict[str, Any]) -> None:
    text = yaml.safe_dump({**SCALE, "adjustable": adjustable})
    repairs.parse({"grow.yaml": text}, action_kinds.shipped())


def test_a_declared_range_is_read() -> None:
    parse({"replicas": PODS})


@pytest.mark.parametrize(
    ("adjustable", "said"),
    [
        ({"replica": PODS}, "replica cannot be adjusted"),
        ({"name": PODS}, "name cannot be adjusted: it is no argument that is one fact alone"),
        ({"replicas": {**PODS, "above": "pods"}}, "no cause has a fact pods"),
        ({"replicas": {**PODS, "times": 1}}, "times"),
        ({"replicas": {**PODS, "times": 11}}, "times"),
        ({"replicas": {**PODS, "unit": "Gi"}}, "unit"),
        ({"replicas": {**PODS, "unit": "Mi"}}, "replicas of scale_workload is of type integer"),
        ({"replicas": {**PODS, "below": "x"}}, "below"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_file(
    adjustable: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidPlaybookError) as error:
        parse(adjustable)

    assert "grow.yaml" in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("facts", "bounds"),
    [
        ({"replicas": 4}, (5, 8)),
        ({"replicas": 900}, (901, 1000)),
        ({"replicas": 1}, None),  # two is all that there would be to choose
        ({"replicas": 0}, None),
        ({"replicas": "4"}, None),
        ({"replicas": True}, None),
        ({}, None),
    ],
)
def test_what_was_seen_bounds_it_and_what_the_tool_takes(
    facts: dict[str, Any], bounds: tuple[int, int] | None
) -> None:
    takes = Argument(type="integer", meaning="pods", minimum=1, maximum=1000)

    found = Range(above="replicas", times=2).bound("n", facts, 6, takes)

    assert (found and (found.least, found.most)) == bounds


def test_bytes_are_told_in_their_unit_and_never_less_than_there_is() -> None:
    range_ = Range(above="memory_limit_bytes", times=2, unit="Mi")

    even = range_.bound("n", {"memory_limit_bytes": 64 * MIB}, "96Mi", None)
    odd = range_.bound("n", {"memory_limit_bytes": 64 * MIB + 1}, "96Mi", None)

    assert even
    assert odd
    assert (even.least, even.most, even.written(80)) == (65, 128, "80Mi")
    assert (odd.least, odd.most) == (65, 128)
