"""Deployments on a real node: rolling out, back, up and down."""

from typing import Any

from node_cluster import Cluster, Object, until

REVISION = "deployment.kubernetes.io/revision"


def status(cluster: Cluster) -> Object:
    return dict((cluster.get("Deployment", "web") or {}).get("status") or {})


def condition(cluster: Cluster, kind: str) -> Object:
    found = [each for each in status(cluster).get("conditions") or () if each["type"] == kind]
    return dict(found[0]) if found else {}


def is_rolled_out(cluster: Cluster) -> bool:
    deployment = cluster.get("Deployment", "web")
    assert deployment is not None
    wanted, now = deployment["spec"]["replicas"], deployment["status"]
    return now.get("observedGeneration") == deployment["metadata"]["generation"] and all(
        now.get(name, 0) == wanted for name in ("replicas", "updatedReplicas", "availableReplicas")
    )


def set_script(script: str) -> Any:
    def change(deployment: Object) -> None:
        containers = deployment["spec"]["template"]["spec"]["containers"]
        containers[0]["command"] = ["sh", "-c", script]

    return change


def revisions(cluster: Cluster) -> dict[str, int]:
    return {
        each["metadata"]["annotations"][REVISION]: each["spec"]["replicas"]
        for each in cluster.all("ReplicaSet", app="web")
    }


async def test_a_rollout_replaces_pods_without_losing_availability(cluster: Cluster) -> None:
    strategy = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    cluster.deployment("web", "sleep 1000", replicas=2, strategy=strategy)
    await until(lambda: is_rolled_out(cluster))
    lowest: list[int] = []

    def watch() -> bool:
        lowest.append(status(cluster).get("availableReplicas", 0))
        return is_rolled_out(cluster)

    cluster.patch("Deployment", "web", set_script("sleep 2000"))
    await until(watch, within_s=20)

    assert min(lowest) == 2
    assert revisions(cluster) == {"1": 0, "2": 2}
    assert condition(cluster, "Progressing")["reason"] == "NewReplicaSetAvailable"
    assert condition(cluster, "Available")["reason"] == "MinimumReplicasAvailable"
    told = [each["message"] for each in cluster.events("web", "ScalingReplicaSet")]
    first, second = sorted(
        cluster.all("ReplicaSet", app="web"),
        key=lambda each: each["metadata"]["annotations"][REVISION],
    )
    assert told == [
        f"Scaled up replica set {first['metadata']['name']} from 0 to 2",
        f"Scaled up replica set {second['metadata']['name']} from 0 to 1",
        f"Scaled down replica set {first['metadata']['name']} from 2 to 1",
        f"Scaled up replica set {second['metadata']['name']} from 1 to 2",
        f"Scaled down replica set {first['metadata']['name']} from 1 to 0",
    ]


async def test_a_bad_release_stops_halfway_and_is_rolled_back_to_the_old_set(
    cluster: Cluster,
) -> None:
    cluster.deployment("web", "sleep 1000", replicas=2, progressDeadlineSeconds=1)
    await until(lambda: is_rolled_out(cluster))
    old = cluster.all("ReplicaSet", app="web")[0]["metadata"]

    cluster.patch("Deployment", "web", set_script("exit 1"))
    await until(lambda: condition(cluster, "Progressing")["reason"] == "ProgressDeadlineExceeded")
    halfway = status(cluster)
    cluster.patch("Deployment", "web", set_script("sleep 1000"))
    await until(lambda: is_rolled_out(cluster))

    assert halfway["availableReplicas"] == 2
    assert halfway["unavailableReplicas"] == 1
    assert revisions(cluster) == {"2": 0, "3": 2}
    again = [each["metadata"] for each in cluster.all("ReplicaSet", app="web")]
    assert next(m["name"] for m in again if m["annotations"][REVISION] == "3") == old["name"]
    assert cluster.get("Deployment", "web")["metadata"]["annotations"][REVISION] == "3"  # type: ignore[index] # every deployment has been annotated


async def test_recreate_lets_no_old_and_new_pod_live_together(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000", strategy={"type": "Recreate"})
    await until(lambda: is_rolled_out(cluster))
    most: list[int] = []

    def watch() -> bool:
        most.append(len(cluster.all("Pod", app="web")))
        return is_rolled_out(cluster)

    cluster.patch("Deployment", "web", set_script("sleep 2000"))
    await until(watch)

    assert max(most) == 1


async def test_scaling_changes_the_number_of_pods_and_no_revision(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000")
    await until(lambda: is_rolled_out(cluster))

    cluster.patch("Deployment", "web", lambda each: each["spec"].update(replicas=3))
    await until(lambda: is_rolled_out(cluster))
    cluster.patch("Deployment", "web", lambda each: each["spec"].update(replicas=0))
    await until(lambda: not cluster.all("Pod", app="web"))

    assert revisions(cluster) == {"1": 0}


async def test_a_paused_deployment_rolls_out_only_when_resumed(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000")
    await until(lambda: is_rolled_out(cluster))

    cluster.patch("Deployment", "web", lambda each: each["spec"].update(paused=True))
    await until(lambda: condition(cluster, "Progressing")["reason"] == "DeploymentPaused")
    cluster.patch("Deployment", "web", set_script("sleep 2000"))
    await until(lambda: status(cluster)["observedGeneration"] == 3)
    paused = revisions(cluster)
    cluster.patch("Deployment", "web", lambda each: each["spec"].update(paused=False))
    await until(lambda: is_rolled_out(cluster))

    assert paused == {"1": 1}
    assert revisions(cluster) == {"1": 0, "2": 1}


async def test_old_sets_beyond_the_history_limit_are_removed(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000", revisionHistoryLimit=1)
    await until(lambda: is_rolled_out(cluster))

    for number in (2000, 3000):
        cluster.patch("Deployment", "web", set_script(f"sleep {number}"))
        await until(lambda: is_rolled_out(cluster))

    await until(lambda: revisions(cluster) == {"2": 0, "3": 1})


async def test_the_change_cause_is_kept_with_its_revision(cluster: Cluster) -> None:
    cause = "kubernetes.io/change-cause"
    cluster.deployment("web", "sleep 1000")
    cluster.patch(
        "Deployment", "web", lambda each: each["metadata"].update(annotations={cause: "first"})
    )
    await until(lambda: is_rolled_out(cluster))

    def release(deployment: Object) -> None:
        set_script("sleep 2000")(deployment)
        deployment["metadata"]["annotations"][cause] = "second"

    cluster.patch("Deployment", "web", release)
    await until(lambda: is_rolled_out(cluster))

    causes = {
        each["metadata"]["annotations"][REVISION]: each["metadata"]["annotations"][cause]
        for each in cluster.all("ReplicaSet", app="web")
    }
    assert causes == {"1": "first", "2": "second"}
