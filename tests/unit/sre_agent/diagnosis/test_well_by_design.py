"""What looks odd and is as it should be, as the cluster's own API tells it: nothing is accused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sre_agent.diagnosis import snapshots
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects import snapshot
from sre_agent.manifests.objects.snapshot import Document

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LISTED = ("Service", "Secret", "Pod", "Deployment", "NetworkPolicy")


def ago(**since: float) -> str:
    return f"{NOW - timedelta(**since):%Y-%m-%dT%H:%M:%SZ}"


def thing(kind: str, name: str, since: str | None = None, **more: Any) -> dict[str, Any]:
    head = {"name": name, "namespace": "shop", "creationTimestamp": since or ago(days=3)}
    return {"kind": kind, **more, "metadata": {**head, **more.get("metadata", {})}}


def deployment(name: str, **box: Any) -> list[dict[str, Any]]:
    """Return a Deployment with its ready pod."""
    labels, spec = {"app": name}, {"containers": [{"name": "main", "image": "app:1", **box}]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    selector = {"matchLabels": labels}
    running = {"running": {"startedAt": ago(days=3)}}
    return [
        thing(
            "Deployment",
            name,
            spec={"replicas": 1, "selector": selector, "template": template},
            status={"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
        ),
        thing(
            "Pod",
            f"{name}-0",
            metadata={
                "labels": labels,
                "ownerReferences": [{"kind": "Deployment", "name": name, "controller": True}],
            },
            spec=spec,
            status={
                "phase": "Running",
                "podIP": "10.0.0.9",
                "startTime": ago(days=3),
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{"name": "main", "ready": True, "state": running}],
            },
        ),
    ]


def service(name: str, port: int = 8080) -> dict[str, Any]:
    return thing("Service", name, spec={"selector": {"app": name}, "ports": [{"port": port}]})


def policy(name: str, selector: dict[str, Any], *directions: str, **rules: Any) -> dict[str, Any]:
    spec = {"podSelector": selector, "policyTypes": list(directions), **rules}
    return thing("NetworkPolicy", name, spec=spec)


def cronjob(schedule: str, status: dict[str, Any], policy: str = "Allow") -> dict[str, Any]:
    spec = {"schedule": schedule, "concurrencyPolicy": policy}
    return thing("CronJob", "load", spec=spec, status=status)


def failed_job(ran_at: str) -> list[dict[str, Any]]:
    """Return a run that failed two days ago, of a CronJob that ran well at a later or earlier time."""
    job = thing(
        "Job",
        "load-1",
        ago(days=2),
        metadata={"ownerReferences": [{"kind": "CronJob", "name": "load", "controller": True}]},
        status={"failed": 7, "conditions": [{"type": "Failed", "status": "True"}]},
    )
    last = {"lastScheduleTime": ago(minutes=10), "lastSuccessfulTime": ran_at}
    return [cronjob("*/30 * * * *", last), job]


def ended_job(*, stays: bool) -> list[dict[str, Any]]:
    """Return the pod of a Job that is done; its sidecar was killed after its work."""
    first = {"name": "proxy", "image": "proxy:1", **({"restartPolicy": "Always"} if stays else {})}
    killed = {"terminated": {"exitCode": 137, "reason": "Error", "finishedAt": ago(days=1)}}
    return [
        thing("Job", "load", status={"succeeded": 1} if stays else {"failed": 1}),
        thing(
            "Pod",
            "load-x",
            metadata={"ownerReferences": [{"kind": "Job", "name": "load", "controller": True}]},
            spec={"initContainers": [first], "containers": [{"name": "main"}]},
            status={
                "phase": "Succeeded" if stays else "Failed",
                "initContainerStatuses": [{"name": "proxy", "state": killed}],
            },
        ),
    ]


def autoscaler(since: str) -> list[dict[str, Any]]:
    blind = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"}
    target = {"kind": "Deployment", "name": "web"}
    spec = {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": target}
    found = thing(
        "HorizontalPodAutoscaler", "web", since, spec=spec, status={"conditions": [blind]}
    )
    return [*deployment("web"), found]


def ingress(to: str, port: dict[str, Any], since: str, **annotations: str) -> dict[str, Any]:
    backend = {"service": {"name": to, "port": port}}
    rule = {"host": "a.test", "http": {"paths": [{"path": "/", "backend": backend}]}}
    return thing(
        "Ingress",
        "web",
        since,
        metadata={"annotations": annotations},
        spec={"rules": [rule], "tls": [{"secretName": "web-tls"}] if annotations else []},
    )


def first_rollout(threshold: int, **status: Any) -> list[dict[str, Any]]:
    """Return a Service before a Deployment of 70 seconds, whose startup probe fails so far."""
    port = {"httpGet": {"port": 8080}}
    probe = {**port, "periodSeconds": 10, "failureThreshold": threshold}
    above, pod = deployment("web", startupProbe=probe, readinessProbe=port)
    above["metadata"]["creationTimestamp"] = pod["metadata"]["creationTimestamp"] = ago(seconds=70)
    above["status"] = {"replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1}
    running = {"running": {"startedAt": ago(seconds=65)}}
    box = {"name": "main", "ready": False, "started": False, "state": running, **status}
    pod["status"] |= {
        "startTime": ago(seconds=69),
        "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [box],
    }
    refused = thing(
        "Event",
        "web-0.1",
        type="Warning",
        reason="Unhealthy",
        message="Startup probe failed: connection refused",
        count=6,
        lastTimestamp=ago(seconds=5),
        involvedObject={"kind": "Pod", "name": "web-0", "namespace": "shop"},
    )
    nobody = thing(
        "Endpoints", "web", subsets=[{"notReadyAddresses": [{"ip": "10.0.0.9"}], "ports": []}]
    )
    return [above, pod, service("web"), nobody, refused]


def listed(objects: list[dict[str, Any]], at_least: float = 0.0) -> list[str]:
    """Return all that is listed as a cause, however weak."""
    documents = [Document(item, EvidenceId(f"e{at}")) for at, item in enumerate(objects)]
    found = snapshots.diagnose(snapshot.read(documents, taken_at=NOW, complete=LISTED), NOW)
    return [str(item.fault_class) for item in found.causes if item.confidence >= at_least]


CALLER = {"env": [{"name": "API_URL", "value": "http://api:8080"}]}
CALLED = [*deployment("web", **CALLER), *deployment("api"), service("api")]
ISSUED = {"cert-manager.io/issuer": "ca"}


def ranged(last: int) -> dict[str, Any]:
    return policy("in", {}, "Ingress", ingress=[{"ports": [{"port": 8000, "endPort": last}]}])


def accused(objects: list[dict[str, Any]]) -> list[str]:
    """Return what somebody would be called for."""
    return listed(objects, at_least=0.6)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param(failed_job(ago(minutes=9)), id="a failed run that later runs made good"),
        pytest.param(ended_job(stays=True), id="a sidecar stopped at the end of its job"),
        pytest.param(
            [
                cronjob(
                    "*/5 * * * *",
                    {"lastScheduleTime": ago(minutes=40), "active": [{"name": "load-1"}]},
                    "Forbid",
                )
            ],
            id="a run that waits for the one before",
        ),
        pytest.param(autoscaler(ago(seconds=40)), id="an autoscaler that was just made"),
        pytest.param(
            [thing("Pod", "old", ago(days=9), status={"phase": "Failed", "reason": "Evicted"})],
            id="a pod of nobody that was evicted long ago",
        ),
        pytest.param(
            [thing("DaemonSet", "agent", status={"numberMisscheduled": 1})],
            id="a daemon that stayed on a node which was tainted since",
        ),
        pytest.param([*CALLED, ranged(9000)], id="a policy that lets a range of ports in"),
        pytest.param(
            [*deployment("leaf"), policy("deny", {}, "Egress")],
            id="a policy for one that asks nobody",
        ),
        pytest.param(
            [
                *deployment("web"),
                service("web"),
                ingress("web", {"number": 8080}, ago(seconds=40), **ISSUED),
            ],
            id="a certificate on its way",
        ),
        pytest.param(
            [ingress("redirect", {"name": "use-annotation"}, ago(days=1))],
            id="a backend that is an action of the load balancer",
        ),
        pytest.param(
            [
                *deployment("web", ports=[{"containerPort": 9113, "name": "metrics"}]),
                service("web"),
            ],
            id="pods that declare a port for metrics only",
        ),
        pytest.param(
            [
                *deployment(
                    "web",
                    ports=[{"containerPort": 9000}],
                    livenessProbe={"tcpSocket": {"port": 8080}},
                ),
                service("web"),
            ],
            id="a port that is probed with success",
        ),
    ],
)
def test_nobody_is_accused_of_what_is_as_it_should_be(objects: list[dict[str, Any]]) -> None:
    assert accused(objects) == []


@pytest.mark.parametrize(
    ("objects", "fault"),
    [
        (failed_job(ago(days=3)), "job_failed"),
        (ended_job(stays=False), "init_container_failed"),
        (
            [cronjob("*/5 * * * *", {"lastScheduleTime": ago(minutes=40)}, "Forbid")],
            "cronjob_runs_missed",
        ),
        (autoscaler(ago(hours=1)), "autoscaler_metrics_unavailable"),
        (
            [thing("Pod", "now", ago(hours=9), status={"phase": "Failed", "reason": "Evicted"})],
            "pod_evicted",
        ),
        ([*CALLED, ranged(8001)], "network_policy_blocks"),
        ([*CALLED, policy("deny", {}, "Egress")], "network_policy_blocks"),
        (
            [
                *deployment("web"),
                service("web"),
                ingress("web", {"number": 8080}, ago(hours=1), **ISSUED),
            ],
            "ingress_secret_missing",
        ),
        ([ingress("redirect", {"number": 80}, ago(days=1))], "ingress_backend_missing"),
        (
            [*deployment("web", ports=[{"containerPort": 9113, "name": "http"}]), service("web")],
            "service_target_port_mismatch",
        ),
    ],
)
def test_nearly_the_same_is_a_fault(objects: list[dict[str, Any]], fault: str) -> None:
    assert fault in accused(objects)


def test_a_first_rollout_within_the_time_of_its_startup_probe_lists_no_cause() -> None:
    assert listed(first_rollout(30)) == []


@pytest.mark.parametrize("objects", [first_rollout(5), first_rollout(30, started=True)])
def test_a_first_rollout_that_had_its_time_lists_why(objects: list[dict[str, Any]]) -> None:
    assert {"no_endpoints", "unhealthy_pod"} <= set(listed(objects))
