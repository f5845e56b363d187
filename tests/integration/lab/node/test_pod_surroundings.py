"""What a container sees: its environment, its addresses, its configuration."""

from node_cluster import Cluster, until


async def test_a_container_sees_its_own_environment_and_nothing_of_the_lab(
    cluster: Cluster,
) -> None:
    cluster.create("ConfigMap", "settings", data={"COLOUR": "green", "size": "4"})
    env = [
        {"name": "GREETING", "value": "hello $(COLOUR) $$(COLOUR) $(UNKNOWN)"},
        {"name": "SIZE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "size"}}},
        {"name": "WHERE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ]
    container = {"env": env, "envFrom": [{"configMapRef": {"name": "settings"}}]}

    cluster.pod("sees", "env", restartPolicy="Never", container=container)
    await until(lambda: cluster.state("sees", "terminated"))

    seen = dict(line.split("=", 1) for line in cluster.log("sees").splitlines())
    pod = cluster.get("Pod", "sees")
    assert pod is not None
    assert seen.pop("PATH")
    assert seen.pop("PWD")
    assert seen == {
        "COLOUR": "green",
        "size": "4",
        "GREETING": "hello green $(COLOUR) $(UNKNOWN)",
        "SIZE": "4",
        "WHERE": "default",
        "IP": pod["status"]["podIP"],
        "POD_IP": pod["status"]["podIP"],
        "HOSTNAME": "sees",
    }


async def test_services_of_the_namespace_are_found_by_name(cluster: Cluster) -> None:
    service = cluster.create(
        "Service", "data-store", spec={"selector": {"app": "x"}, "ports": [{"port": 6379}]}
    )

    cluster.pod(
        "asks", "echo $DATA_STORE_SERVICE_HOST:$DATA_STORE_SERVICE_PORT", restartPolicy="Never"
    )
    await until(lambda: cluster.state("asks", "terminated"))

    assert cluster.log("asks") == f"{service['spec']['clusterIP']}:6379\n"


async def test_a_missing_configmap_holds_the_container_until_it_is_there(cluster: Cluster) -> None:
    container = {"envFrom": [{"configMapRef": {"name": "late"}}]}
    cluster.pod("waits", "echo $COLOUR", restartPolicy="Never", container=container)
    waiting = await until(lambda: cluster.state("waits", "waiting").get("message"))

    cluster.create("ConfigMap", "late", data={"COLOUR": "blue"})
    await until(lambda: cluster.state("waits", "terminated"))

    assert waiting == 'configmap "late" not found'
    assert cluster.events("waits", "Failed")[0]["message"] == 'Error: configmap "late" not found'
    assert cluster.log("waits") == "blue\n"


async def test_init_containers_run_to_success_before_the_others_start(cluster: Cluster) -> None:
    init = [
        {"name": "first", "image": "lab/shell:1", "command": ["sh", "-c", "echo a > trace"]},
        {"name": "second", "image": "lab/shell:1", "command": ["sh", "-c", "echo b >> trace"]},
    ]

    cluster.pod("ordered", "cat trace", restartPolicy="Never", initContainers=init)
    await until(lambda: cluster.state("ordered", "terminated"))

    assert cluster.log("ordered") == "a\nb\n"


async def test_an_unknown_image_is_backed_off_from_in_the_words_of_containerd(
    cluster: Cluster,
) -> None:
    cluster.pod("nopull", "true", container={"image": "registry.local/app:nopull"})

    await until(lambda: cluster.state("nopull", "waiting").get("reason") == "ImagePullBackOff")

    image = "registry.local/app:nopull"
    not_found = (
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
        f'failed to resolve reference "{image}": {image}: not found'
    )
    assert cluster.state("nopull", "waiting")["message"] == (
        f'Back-off pulling image "{image}": ErrImagePull: {not_found}'
    )
    told = {each["message"] for each in cluster.events("nopull", "Failed")}
    assert f'Failed to pull image "{image}": {not_found}' in told
    pod = cluster.get("Pod", "nopull")
    assert pod is not None
    assert pod["status"]["phase"] == "Pending"
