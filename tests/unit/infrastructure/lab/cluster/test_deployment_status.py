"""A Deployment's counters and conditions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from infrastructure.lab.cluster.deployment_status import deadline_in_s, status_of

NOW = datetime(2026, 11, 20, 16, 28, 47, tzinfo=UTC)


def deployment(replicas: int = 2, **extra: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "web", "generation": 4},
        "spec": {"replicas": replicas, "progressDeadlineSeconds": 60, **extra},
    }


def replica_set(name: str, spec: int, ready: int) -> dict[str, Any]:
    status = {"replicas": spec, "readyReplicas": ready, "availableReplicas": ready}
    return {"metadata": {"name": name}, "spec": {"replicas": spec}, "status": status}


def condition(status: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(dict(each) for each in status["conditions"] if each["type"] == kind)


def test_zero_counters_are_left_out_as_recorded() -> None:
    status = status_of(deployment(), replica_set("web-a", 2, 0), [], NOW)

    assert {name: status[name] for name in status if name != "conditions"} == {
        "observedGeneration": 4,
        "replicas": 2,
        "updatedReplicas": 2,
        "unavailableReplicas": 2,
        "terminatingReplicas": 0,
    }
    assert condition(status, "Available")["reason"] == "MinimumReplicasUnavailable"
    assert condition(status, "Progressing")["reason"] == "ReplicaSetUpdated"


def test_a_complete_rollout_says_so_and_stays_so() -> None:
    web = deployment()
    web["status"] = status_of(web, replica_set("web-a", 2, 2), [], NOW)

    later = status_of(web, replica_set("web-a", 2, 0), [], NOW + timedelta(hours=1))

    message = 'ReplicaSet "web-a" has successfully progressed.'
    assert condition(web["status"], "Progressing")["message"] == message
    assert condition(later, "Progressing") == condition(web["status"], "Progressing")
    assert condition(later, "Available")["status"] == "False"


def test_no_progress_until_the_deadline_is_a_timeout() -> None:
    web = deployment()
    old = replica_set("web-a", 2, 2)
    web["status"] = status_of(web, replica_set("web-b", 1, 0), [old], NOW)

    in_time = status_of(web, replica_set("web-b", 1, 0), [old], NOW + timedelta(seconds=60))
    too_late = status_of(web, replica_set("web-b", 1, 0), [old], NOW + timedelta(seconds=61))

    assert condition(in_time, "Progressing")["reason"] == "ReplicaSetUpdated"
    assert condition(too_late, "Progressing")["reason"] == "ProgressDeadlineExceeded"
    assert condition(too_late, "Progressing")["status"] == "False"
    assert condition(too_late, "Progressing")["message"] == (
        'ReplicaSet "web-b" has timed out progressing.'
    )


def test_progress_moves_the_deadline_but_not_the_transition() -> None:
    web = deployment()
    web["status"] = status_of(web, replica_set("web-a", 1, 0), [], NOW)
    later = NOW + timedelta(seconds=30)

    status = status_of(web, replica_set("web-a", 2, 1), [], later)

    progressing = condition(status, "Progressing")
    assert progressing["lastUpdateTime"] == "2026-11-20T16:29:17Z"
    assert progressing["lastTransitionTime"] == "2026-11-20T16:28:47Z"


def test_the_deadline_is_looked_at_again_only_while_something_moves() -> None:
    web = deployment()
    web["status"] = status_of(web, replica_set("web-a", 2, 0), [], NOW)
    moving = deadline_in_s(web, NOW + timedelta(seconds=20))
    web["status"] = status_of(web, replica_set("web-a", 2, 2), [], NOW)

    assert moving == 41
    assert deadline_in_s(web, NOW) is None


def test_a_paused_deployment_is_not_judged_for_progress() -> None:
    status = status_of(deployment(paused=True), replica_set("web-a", 2, 2), [], NOW)

    assert [each["type"] for each in status["conditions"]] == ["Available"]


def test_what_keeps_pods_from_being_created_is_told_until_it_is_over() -> None:
    web, refused = deployment(), replica_set("web-a", 2, 1)
    failure = {
        "type": "ReplicaFailure",
        "status": "True",
        "lastTransitionTime": "2026-11-20T16:28:40Z",
        "reason": "FailedCreate",
        "message": "exceeded quota",
    }
    refused["status"]["conditions"] = [failure]

    web["status"] = status_of(web, refused, [], NOW)
    later = status_of(web, replica_set("web-a", 2, 2), [], NOW)

    told = condition(web["status"], "ReplicaFailure")
    assert told == {**failure, "lastUpdateTime": failure["lastTransitionTime"]}
    assert all(each["type"] != "ReplicaFailure" for each in later["conditions"])
