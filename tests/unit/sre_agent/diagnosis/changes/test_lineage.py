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

    found = lineage.read(heads, made={sha("m"), sha("n")})

    assert found.brought_by == {sha(each): sha(by) for each, by in expected.items()}
    assert found.perhaps_by == {}


@pytest.mark.parametrize(
    ("graph", "made", "brought", "perhaps"),
    [
        pytest.param({"m": "ba", "b": "x", "a": "x"}, "", {}, {"a": "m"}, id="one merge"),
        pytest.param(
            {"n": "bm", "b": "x", "m": "ac", "c": "a", "a": "x"},
            "m",
            {"c": "m"},
            {"m": "n", "c": "n", "a": "n"},
            id="a pull request below it",
        ),
        pytest.param(
            {"m": "ab", "b": "cd", "c": "x", "d": "a", "a": "x"},
            "m",
            {"b": "m", "c": "m", "d": "m"},
            {},
            id="one within a pull request",
        ),
        pytest.param(
            {"n": "mc", "m": "ab", "c": "a", "b": "a", "a": ""},
            "m",
            {"b": "m"},
            {"c": "n"},
            id="a pull request before it",
        ),
        pytest.param(
            {"m": "abc", "c": "a", "b": "a", "a": ""}, "", {}, {"b": "m", "c": "m"}, id="of three"
        ),
    ],
)
def test_a_merge_that_no_pull_request_was_made_with_may_have_brought_the_branch_itself(
    graph: dict[str, str], made: str, brought: dict[str, str], perhaps: dict[str, str]
) -> None:
    heads = [head(letter, NOON, parents=parents) for letter, parents in graph.items()]

    found = lineage.read(heads, made=set(map(sha, made)))

    assert found.brought_by == {sha(each): sha(by) for each, by in brought.items()}
    assert found.perhaps_by == {sha(each): sha(by) for each, by in perhaps.items()}
