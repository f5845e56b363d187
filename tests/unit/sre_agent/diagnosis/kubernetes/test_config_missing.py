from typing import Any

import pytest
from supply_scene import judged, support

from sre_agent.domain.cluster.pods import ContainerSpec, EnvVar, Reference, Volume
from sre_agent.domain.cluster.rules import ConfigMap, Secret
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster

WEB = "Deployment/shop/web"
ERROR = "CreateContainerConfigError"


def asking(kind: str, key: str = "", *, optional: bool = False) -> ContainerSpec:
    asked = Reference(kind=kind, name="conf", key=key, optional=optional)
    if key:
        return cluster.container(env=(EnvVar(name="VALUE", reference=asked),))
    return cluster.container(env_from=(asked,))


def starting(
    container: ContainerSpec, said: str = "", reason: str = ERROR, **more: Any
) -> list[Any]:
    web = cluster.deployment("web", cluster.template(container, **more), ready=0, available=0)
    return [web, cluster.waiting_pod(web, reason, said)]


def configmap(*keys: str) -> ConfigMap:
    return ConfigMap(meta=cluster.meta("ConfigMap", "conf"), keys=keys)


def secret(*keys: str) -> Secret:
    return Secret(meta=cluster.meta("Secret", "conf"), keys=keys)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('secret "conf" not found', Fault.MISSING_SECRET),
        ('configmap "conf" not found', Fault.MISSING_CONFIGMAP),
        ("couldn't find key host in Secret shop/conf", Fault.MISSING_SECRET_KEY),
        ("couldn't find key host in ConfigMap shop/conf", Fault.MISSING_CONFIGMAP_KEY),
    ],
)
def test_what_a_node_did_not_find_is_told_by_kind_and_key(said: str, fault: Fault) -> None:
    found = judged(*starting(cluster.container(), said))

    assert set(found) == {(fault, WEB)}
    assert found[fault, WEB].facts["name"] == "conf"


def test_an_event_says_it_where_the_state_does_not() -> None:
    objects = starting(asking("Secret"))
    event = cluster.event(objects[1].meta, "Failed", 'Error: secret "conf" not found')

    said = judged(*objects, event)
    listed = judged(*objects)

    key = (Fault.MISSING_SECRET, WEB)
    assert set(said) == set(listed) == {key}
    assert support(said[key]) > support(listed[key])


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("Secret", Fault.MISSING_SECRET_KEY), ("ConfigMap", Fault.MISSING_CONFIGMAP_KEY)],
)
def test_a_key_that_a_mounted_volume_lacks_is_traced_to_what_it_holds(
    kind: str, fault: Fault
) -> None:
    volume = Volume(name="files", kind=kind.lower(), reference=Reference(kind=kind, name="conf"))
    objects = starting(cluster.container(), reason="ContainerCreating", volumes=(volume,))
    word = "secret" if kind == "Secret" else "config"
    said = (
        f'MountVolume.SetUp failed for volume "files" : references non-existent {word} key: tls.crt'
    )

    found = judged(
        *objects,
        configmap("other"),
        secret("other"),
        cluster.event(objects[1].meta, "FailedMount", said),
    )

    assert set(found) == {(fault, WEB)}
    assert found[fault, WEB].facts["key"] == "tls.crt"


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_a_key_that_no_listed_object_has_is_inferred(kind: str) -> None:
    held = secret("port") if kind == "Secret" else configmap("port")

    found = judged(*starting(asking(kind, "host")), held)

    assert [fault.value for fault, _ in found] == [f"missing_{kind.lower()}_key"]


def test_what_is_optional_or_unlisted_is_not_missing() -> None:
    optional = starting(asking("Secret", optional=True), reason="ContainerCreating")
    unlisted = starting(asking("Secret"), reason="ContainerCreating")

    assert judged(*optional) == {}
    assert judged(*unlisted, complete=["Pod"]) == {}


def test_what_came_late_is_missing_no_more() -> None:
    objects = starting(asking("Secret"), reason="ContainerCreating")
    event = cluster.event(objects[1].meta, "Failed", 'Error: secret "conf" not found')

    assert judged(*objects, event, secret("host")) == {}


def test_what_a_running_pod_lacks_now_it_had_when_it_started() -> None:
    web = cluster.deployment("web", cluster.template(asking("Secret")))
    pod = cluster.pod(web)
    event = cluster.event(pod.meta, "Failed", 'Error: secret "conf" not found')

    assert judged(web, pod, event) == {}


def test_an_error_of_which_no_more_is_said_is_just_that() -> None:
    found = judged(*starting(cluster.container(), "invalid value for something"))

    assert set(found) == {(Fault.MISSING_CONFIGURATION, WEB)}


def test_an_empty_configmap_counts_where_its_user_is_not_well() -> None:
    container = asking("ConfigMap")
    well = cluster.deployment("web", cluster.template(container))
    ill = cluster.deployment("web", cluster.template(container), ready=0)

    assert judged(well, cluster.pod(well), configmap()) == {}
    assert set(judged(ill, cluster.pod(ill, ready=False), configmap())) == {
        (Fault.EMPTY_CONFIGMAP, WEB)
    }
    assert judged(ill, cluster.pod(ill, ready=False), configmap("host")) == {}
