"""Which commits came to a branch by a merge, so that the merge is what can be taken back."""

import pytest
from repository_seen import NOON, head, sha

from sre_agent.diagnosis.changes import lineage


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        pytest.param({"c": "b", "b": "a", "a": ""}, {}, id="one after the other"),
        pytest.param({"m": "ab", "b": "a", "a": ""}, {"b": "m"}, id="a branch of one commit"),
        pytest.param(
            {"m": "ac", "c": "b", "b": "a", "a": ""}, {"c": "m", "b": "m"}, id="a branch of two"
        ),
        pytest.param(
            {"n": "md", "d": "m", "m": "ab", "b": "a", "a": ""},
            {"b": "m", "d": "n"},
            id="each merge has its own",
        ),
        pytest.param(
            {"n": "mb", "m": "ac", "c": "b", "b": "a", "a": ""},
            {"c": "m", "b": "m"},
            id="what an earlier merge brought is not brought again",
        ),
        pytest.param(
            {"m": "xb", "b": "y"}, {"b": "m"}, id="what is older than the list is not known"
        ),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_a_merge_brings_what_does_not_stand_on_the_branch(
    graph: dict[str, str], expected: dict[str, str]
) -> None:
    heads = [head(letter, NOON, parents=parents) for letter, parents in graph.items()]

    found = lineage.read(heads)

    assert found.brought_by == {sha(each): sha(by) for each, by in expected.items()}
