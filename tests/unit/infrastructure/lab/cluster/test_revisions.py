"""Revision numbers and what ReplicaSets inherit."""

from typing import Any

from infrastructure.lab.cluster.revisions import (
    CHANGE_CAUSE,
    REVISION,
    REVISION_HISTORY,
    annotations_for,
    next_revision,
    surplus,
)
from infrastructure.lab.cluster.template_hash import same_template, template_hash


def replica_set(revision: int, replicas: int = 0, **annotations: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"set-{revision}",
            "generation": 1,
            "annotations": {REVISION: str(revision), **annotations},
        },
        "spec": {"replicas": replicas},
        "status": {"replicas": replicas, "observedGeneration": 1},
    }


def test_the_next_revision_is_one_above_all_others() -> None:
    assert next_revision([]) == 1
    assert next_revision([replica_set(3), replica_set(7)]) == 8


def test_a_rollback_gives_the_old_set_a_new_number_and_remembers_the_former() -> None:
    deployment: dict[str, Any] = {"metadata": {"annotations": {}}}
    once = annotations_for(deployment, replica_set(1), 3)
    twice = annotations_for(deployment, {"metadata": {"annotations": once}}, 5)

    assert (once[REVISION], once[REVISION_HISTORY]) == ("3", "1")
    assert (twice[REVISION], twice[REVISION_HISTORY]) == ("5", "1,3")


def test_a_set_inherits_the_change_cause_but_not_the_bookkeeping() -> None:
    own = {
        CHANGE_CAUSE: "release v2",
        REVISION: "9",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
    }

    annotations = annotations_for({"metadata": {"annotations": own}}, None, 2)

    assert annotations == {CHANGE_CAUSE: "release v2", REVISION: "2"}


def test_a_revision_never_goes_down() -> None:
    annotations = annotations_for({"metadata": {}}, replica_set(5), 2)

    assert annotations[REVISION] == "5"


def test_only_idle_sets_beyond_the_limit_are_surplus_eldest_first() -> None:
    sets = [replica_set(4), replica_set(1), replica_set(3), replica_set(2, replicas=1)]

    found = [each["metadata"]["name"] for each in surplus(sets, 2)]

    assert found == ["set-1", "set-3"]
    assert surplus(sets, 10) == []


def test_the_hash_ignores_key_order_and_changes_with_content_and_collisions() -> None:
    left: dict[str, Any] = {"spec": {"a": 1, "b": 2}}
    right: dict[str, Any] = {"spec": {"b": 2, "a": 1}}

    assert template_hash(left) == template_hash(right)
    assert template_hash(left) != template_hash({"spec": {"a": 1, "b": 3}})
    assert template_hash(left) != template_hash(left, collisions=1)


def test_templates_are_the_same_whatever_hash_they_wear() -> None:
    bare = {"metadata": {"labels": {"app": "x"}}, "spec": {}}
    worn = {"metadata": {"labels": {"app": "x", "pod-template-hash": "abc"}}, "spec": {}}

    assert same_template(bare, worn)
    assert worn["metadata"]["labels"]["pod-template-hash"] == "abc"
    assert not same_template(bare, {"metadata": {"labels": {"app": "y"}}, "spec": {}})
