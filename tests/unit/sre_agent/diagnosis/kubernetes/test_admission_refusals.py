from typing import Any

import pytest
from supply_scene import judged

from sre_agent.domain.cluster.network import Address, Endpoints
from sre_agent.domain.cluster.rules import LimitRange, ServiceAccount, Webhook
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"
FORBIDDEN = 'Error creating: pods "web-7c9f4-" is forbidden: '


def refused(said: str, **template: Any) -> list[Any]:
    web = cluster.deployment("web", cluster.template(**template), desired=1, current=0, updated=0)
    replicas = cluster.replicaset(web, current=0)
    return [web, replicas, cluster.event(replicas.meta, "FailedCreate", said)]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            'error looking up service account shop/weeb: serviceaccount "weeb" not found',
            Fault.MISSING_SERVICE_ACCOUNT,
        ),
        (
            "maximum memory usage per Container is 512Mi, but limit is 1Gi",
            Fault.LIMIT_RANGE_VIOLATION,
        ),
        (
            "minimum cpu usage per Container is 100m, but request is 10m",
            Fault.LIMIT_RANGE_VIOLATION,
        ),
        (
            'violates PodSecurity "restricted:latest": privileged (container "main" must not set it)',
            Fault.POD_SECURITY_VIOLATION,
        ),
        ("no PriorityClass with name gold was found", Fault.MISSING_PRIORITY_CLASS),
    ],
)
def test_a_refusal_is_told_by_its_words(said: str, fault: Fault) -> None:
    found = judged(*refused(FORBIDDEN + said))

    assert set(found) == {(fault, WEB)}


def test_a_refusal_of_no_known_kind_is_left_to_others() -> None:
    assert judged(*refused(FORBIDDEN + "the moon is full")) == {}


def test_an_account_that_was_made_since_is_not_missing() -> None:
    said = f'{FORBIDDEN}error looking up service account shop/web: serviceaccount "web" not found'
    account = ServiceAccount(meta=cluster.meta("ServiceAccount", "web"))

    assert judged(*refused(said), account) == {}


def test_an_account_that_no_list_has_explains_missing_pods() -> None:
    web = cluster.deployment(
        "web", cluster.template(service_account="weeb"), desired=1, current=0, updated=0
    )
    other = ServiceAccount(meta=cluster.meta("ServiceAccount", "web"))

    assert set(judged(web, other)) == {(Fault.MISSING_SERVICE_ACCOUNT, WEB)}


def test_an_account_that_was_removed_under_running_pods_says_nothing() -> None:
    web = cluster.deployment("web", cluster.template(service_account="weeb"))

    assert judged(web, cluster.pod(web)) == {}


def test_accounts_that_were_not_listed_are_not_missing() -> None:
    web = cluster.deployment(
        "web", cluster.template(service_account="weeb"), desired=1, current=0, updated=0
    )

    assert judged(web, complete=["Pod"]) == {}


def bounds(maximum: float) -> LimitRange:
    return LimitRange(
        meta=cluster.meta("LimitRange", "bounds"), maximum={("Container", "cpu"): maximum}
    )


def test_missing_pods_whose_limit_is_beyond_a_range_are_explained_by_it() -> None:
    spec = cluster.template(cluster.container(limits=cluster.amounts(2)))
    web = cluster.deployment("web", spec, desired=1, current=0, updated=0)

    found = judged(web, bounds(1))

    assert set(found) == {(Fault.LIMIT_RANGE_VIOLATION, WEB)}
    assert "above the 1 cores" in found[Fault.LIMIT_RANGE_VIOLATION, WEB].statement


@pytest.mark.parametrize(("limit", "there"), [(1.0, 0), (2.0, 1)])
def test_a_range_that_is_kept_or_came_later_says_nothing(limit: float, there: int) -> None:
    spec = cluster.template(cluster.container(limits=cluster.amounts(limit)))
    web = cluster.deployment("web", spec, desired=1, current=there, updated=there)
    pods = [cluster.pod(web)] * there

    assert judged(web, *pods, bounds(1)) == {}


def webhook(policy: str = "Fail") -> Webhook:
    return Webhook(
        meta=cluster.meta("ValidatingWebhookConfiguration", "guard"),
        name="guard.example.com",
        failure_policy=policy,
        service=cluster.ref("Service", "guard"),
    )


def test_a_webhook_that_says_no_is_told_from_one_that_does_not_answer() -> None:
    denied = 'admission webhook "guard.example.com" denied the request: no team label'
    silent = (
        'Internal error occurred: failed calling webhook "guard.example.com": connection refused'
    )
    service = cluster.service("guard")

    said_no = judged(*refused(denied), webhook(), service)
    did_not_answer = judged(*refused(silent), webhook(), service)

    assert set(said_no) == {(Fault.WEBHOOK_DENIED, WEB)}
    assert "no team label" in said_no[Fault.WEBHOOK_DENIED, WEB].statement
    assert set(did_not_answer) == {
        (Fault.WEBHOOK_UNAVAILABLE, "ValidatingWebhookConfiguration/guard")
    }


def test_a_webhook_of_an_unread_configuration_is_laid_to_whom_it_stops() -> None:
    said = 'Internal error occurred: failed calling webhook "guard.example.com": timeout'

    assert set(judged(*refused(said))) == {(Fault.WEBHOOK_UNAVAILABLE, WEB)}


def test_a_webhook_that_must_answer_and_has_nobody_behind_it_is_found_before_it_hurts() -> None:
    empty = Endpoints(meta=cluster.meta("Endpoints", "guard"))

    assert [key for key, _ in judged(webhook())] == [Fault.WEBHOOK_UNAVAILABLE]
    assert judged(webhook(), cluster.service("guard"), empty) != {}


def test_a_webhook_that_is_answered_or_may_be_ignored_says_nothing() -> None:
    answered = Endpoints(meta=cluster.meta("Endpoints", "guard"), ready=(Address(ip="10.0.0.9"),))

    assert judged(webhook("Ignore")) == {}
    assert judged(webhook(), cluster.service("guard"), answered) == {}


def test_missing_pods_that_ask_for_less_than_a_range_are_explained_by_it() -> None:
    spec = cluster.template(cluster.container(requests=cluster.amounts(memory=2.0**20)))
    web = cluster.deployment("web", spec, desired=1, current=0, updated=0)
    least = LimitRange(
        meta=cluster.meta("LimitRange", "bounds"), minimum={("Container", "memory"): 2.0**26}
    )
    silent = cluster.deployment("web", desired=1, current=0, updated=0)

    found = judged(web, least)

    assert set(found) == {(Fault.LIMIT_RANGE_VIOLATION, WEB)}
    assert "below the 64 MiB" in found[Fault.LIMIT_RANGE_VIOLATION, WEB].statement
    assert judged(silent, least) == {}


@pytest.mark.parametrize(
    ("said", "statement"),
    [
        ('violates PodSecurity "baseline:v1.30": host namespaces', "violate baseline:v1.30: host"),
        ("unable to validate against any pod security policy: [Privileged]", "[Privileged]"),
    ],
)
def test_what_a_pod_is_not_allowed_is_told_with_the_level(said: str, statement: str) -> None:
    found = judged(*refused(FORBIDDEN + said))

    assert statement in found[Fault.POD_SECURITY_VIOLATION, WEB].statement


@pytest.mark.parametrize(("current", "count"), [(0, 1), (1, 0)])
def test_where_pods_were_not_listed_the_workload_s_own_count_tells(
    current: int, count: int
) -> None:
    web = cluster.deployment("web", current=current, updated=current)
    gone = cluster.ref("ReplicaSet", "web-7c9f4")
    said = f"{FORBIDDEN}no PriorityClass with name gold was found"

    found = judged(web, cluster.event(gone, "FailedCreate", said), complete=["Deployment"])

    assert len(found) == count


def test_a_refusal_by_an_object_that_made_its_pod_since_is_over() -> None:
    job = cluster.ref("Job", "nightly")
    said = f"{FORBIDDEN}no PriorityClass with name gold was found"
    refusal = cluster.event(job, "FailedCreate", said)
    made = cluster.event(
        job, "SuccessfulCreate", "Created pod: nightly-1", "Normal", last_at=cluster.NOW
    )

    assert set(judged(refusal)) == {(Fault.MISSING_PRIORITY_CLASS, "Job/shop/nightly")}
    assert judged(refusal, made) == {}
