"""What the repairs would alter, computed on plain objects."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes import alterations, marks, state
from sre_agent.testing.merge_patch import merged

Json = dict[str, Any]

_leaves = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.lists(st.integers()))
_objects = st.recursive(
    st.dictionaries(st.sampled_from("abc"), _leaves, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(inner, _leaves), max_size=3),
    max_leaves=8,
)


def template(image: str, **labels: str) -> Json:
    container = {"name": "app", "image": image}
    return {"metadata": {"labels": labels}, "spec": {"containers": [container]}}


def deployment(image: str = "app:2", revision: str = "2", **spec: Any) -> Json:
    return {
        "metadata": {
            "uid": "uid",
            "generation": 4,
            "resourceVersion": "9",
            "annotations": {"deployment.kubernetes.io/revision": revision},
        },
        "spec": {"replicas": 2, "template": template(image, app="x"), **spec},
        "status": {"readyReplicas": 1},
    }


def replicaset(image: str, revision: int) -> Json:
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    labels = {"app": "x", "pod-template-hash": f"h{revision}"}
    return {
        "metadata": {"name": f"x-h{revision}", "annotations": annotations},
        "spec": {"template": template(image, **labels)},
    }


HISTORY = [replicaset("app:1", 1), replicaset("app:2", 2)]


@given(_objects, _objects)
def test_a_merge_patch_makes_one_object_into_the_other(before: Json, after: Json) -> None:
    assert merged(before, alterations.merge_patch(before, after)) == after


@given(_objects)
def test_nothing_to_change_is_an_empty_patch(value: Json) -> None:
    assert alterations.merge_patch(value, value) == {}


def test_a_rollback_restores_the_revisions_template_without_its_hash() -> None:
    live = deployment()

    altered = alterations.rollback(live, HISTORY, 1, "g1")

    restored = merged(live, altered.patch)
    assert restored["spec"]["template"] == template("app:1", app="x")
    cause = restored["metadata"]["annotations"]["kubernetes.io/change-cause"]
    assert cause == "rollback to revision 1 by grant g1"
    assert altered.detail == "rolled back from revision 2 to revision 1"
    assert altered.warnings == ()


def test_a_rollback_drops_what_the_revision_did_not_have() -> None:
    live = deployment()
    live["spec"]["template"]["spec"]["hostNetwork"] = True
    live["spec"]["template"]["metadata"]["annotations"] = {"extra": "1"}

    altered = alterations.rollback(live, HISTORY, 1, "g1")

    assert merged(live, altered.patch)["spec"]["template"] == template("app:1", app="x")


def test_a_revision_that_is_not_kept_is_refused_with_those_that_are() -> None:
    with pytest.raises(RefusedError, match="keeps 1, 2") as refusal:
        alterations.rollback(deployment(), HISTORY, 7, "g1")

    assert refusal.value.code == "not_found"


def test_what_an_approver_ought_to_know_is_said() -> None:
    current = alterations.rollback(deployment(), HISTORY, 2, "g1")
    same = alterations.scale(deployment(), 2)

    assert current.warnings == ("revision 2 is already current",)
    assert same.warnings == ("it already has 2 replicas",)


@pytest.mark.parametrize(
    "alter",
    [
        lambda live: alterations.rollback(live, HISTORY, 1, "g1"),
        lambda live: alterations.restart(live, datetime(2026, 1, 1, tzinfo=UTC)),
    ],
    ids=["rollback", "restart"],
)
def test_a_rollout_that_is_paused_is_not_asked_for_another(
    alter: Callable[[Json], alterations.Alteration],
) -> None:
    with pytest.raises(RefusedError, match="rollout is paused: resume it first") as refusal:
        alter(deployment(paused=True))

    assert refusal.value.code == "forbidden"
    assert alter(deployment(paused=False)).patch


def test_a_paused_deployment_can_be_scaled() -> None:
    altered = alterations.scale(deployment(paused=True), 3)

    assert altered.patch == {"spec": {"replicas": 3}}


def test_differences_are_told_in_words() -> None:
    before, after = deployment(), deployment("app:1", replicas=3)

    assert alterations.differences(before, after) == (
        "replicas: 2 -> 3",
        "containers[app].image: app:2 -> app:1",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"generation": 5}},
        {"metadata": {"uid": "other"}},
        {"spec": {"replicas": 3}},
        {"spec": {"paused": True}},
        {"spec": {"template": {"spec": {"hostNetwork": True}}}},
    ],
)
def test_the_state_changes_with_whatever_a_person_declares(change: Json) -> None:
    assert state.sha256(merged(deployment(), change)) != state.sha256(deployment())


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"resourceVersion": "10"}},
        {"metadata": {"annotations": {"note": "x"}}},
        {"status": {"readyReplicas": 2}},
        {"spec": {"paused": False}},
    ],
)
def test_the_state_does_not_change_with_the_weather(change: Json) -> None:
    assert state.sha256(merged(deployment(), change)) == state.sha256(deployment())


def test_the_result_of_a_rollback_is_the_revisions_template_whoever_grants_it() -> None:
    live, forged = deployment(), [replicaset("evil:1", 1), replicaset("app:2", 2)]

    first = alterations.rollback(live, HISTORY, 1, "rehearsal").result_sha256(live)
    second = alterations.rollback(live, HISTORY, 1, "g1").result_sha256(live)
    other = alterations.rollback(live, forged, 1, "g1").result_sha256(live)

    assert first == second
    assert other != first


def test_the_result_of_a_restart_does_not_hang_on_its_moment() -> None:
    live = deployment()
    moments = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))

    results = {alterations.restart(live, each).result_sha256(live) for each in moments}

    assert len(results) == 1
    other = deployment("app:3")
    assert (
        alterations.restart(other, datetime(2026, 1, 1, tzinfo=UTC)).result_sha256(other)
        not in results
    )


def test_the_result_of_scaling_is_the_number_of_pods() -> None:
    live = deployment()

    results = [alterations.scale(live, number).result_sha256(live) for number in (3, 3, 4)]

    assert results[0] == results[1] != results[2]


def test_an_object_keeps_the_newest_marks_only() -> None:
    found: tuple[marks.Mark, ...] = ()
    for number in range(12):
        mark = marks.Mark(id=f"g{number}", tool="t", at="2026-01-01T00:00:00Z", detail="d")
        raw = marks.written(found, mark)
        found = marks.read({"metadata": {"annotations": {marks.ANNOTATION: raw}}})

    assert [mark.id for mark in found] == [f"g{number}" for number in range(2, 12)]
    assert marks.find(found, "g1") is None
    assert marks.find(found, "g11") is not None


@pytest.mark.parametrize("raw", ["[", "{}", '[{"id": 1}]', "null", '"text"'])
def test_marks_that_cannot_be_read_are_not_taken_for_none(raw: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        marks.read({"metadata": {"annotations": {marks.ANNOTATION: raw}}})

    assert refusal.value.code == "conflict"
