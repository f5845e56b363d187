"""A pod's description is read whole: what it asks for, how it runs, what was said of it."""

from datetime import UTC, datetime, timedelta

import outputs
import pytest

from sre_agent.domain.cluster.pods import ContainerSpec, Pod, Reference
from sre_agent.domain.objects import ObjectRef


@pytest.fixture
def pod() -> Pod:
    (found,) = outputs.described("Pod", "web-6d5f-abcde", outputs.POD).pods
    return found


@pytest.fixture
def container(pod: Pod) -> ContainerSpec:
    return pod.spec.containers[0]


def test_its_evidence_is_the_call_that_described_it(pod: Pod) -> None:
    assert pod.meta.source == "kubectl describe pod web-6d5f-abcde -n shop"


def test_its_labels_annotations_and_owner_are_read(pod: Pod) -> None:
    assert pod.meta.labels == {"app": "web", "pod-template-hash": "6d5f"}
    assert pod.meta.annotations == {"first.example/one": "1", "second.example/two": "a: b"}
    assert pod.meta.owners == (ObjectRef(kind="ReplicaSet", namespace="shop", name="web-6d5f"),)


def test_times_are_turned_into_utc(pod: Pod) -> None:
    assert pod.started_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def test_containers_run_as_the_description_says(pod: Pod) -> None:
    init, main = pod.statuses

    assert (init.name, init.state, init.reason, init.is_init) == (
        "migrate",
        "terminated",
        "Completed",
        True,
    )
    assert (main.state, main.reason, main.ready, main.restarts) == (
        "waiting",
        "CrashLoopBackOff",
        False,
        4,
    )
    assert main.last_ended is not None
    assert (main.last_ended.reason, main.last_ended.exit_code) == ("OOMKilled", 137)
    assert main.last_ended.finished_at == datetime(2026, 3, 2, 11, 55, tzinfo=UTC)


def test_ports_are_read_with_their_protocols_and_host_ports(container: ContainerSpec) -> None:
    found = [(item.number, item.protocol, item.host_port) for item in container.ports]

    assert found == [(8080, "TCP", None), (9090, "UDP", 9090)]


def test_probes_are_read_with_their_targets_and_timing(container: ContainerSpec) -> None:
    live, ready, startup = container.liveness, container.readiness, container.startup

    assert live is not None
    assert ready is not None
    assert startup is not None
    assert (live.handler, live.port, live.path, live.scheme) == ("http", 8080, "/live", "http")
    assert (live.initial_delay_s, live.timeout_s, live.period_s) == (5, 1, 10)
    assert (ready.handler, ready.port, ready.period_s) == ("tcp", "metrics", 90)
    assert (startup.handler, startup.command, startup.failure_threshold) == (
        "exec",
        ("cat", "/ready"),
        30,
    )


def test_variables_are_values_or_references_to_keys(container: ContainerSpec) -> None:
    found = {item.name: item.value or item.reference for item in container.env}

    assert found == {
        "STORE_ADDR": "store:6379",
        "EMPTY": None,
        "PASSWORD": Reference(kind="Secret", name="db", key="password"),
        "MODE": Reference(kind="ConfigMap", name="settings", key="mode", optional=True),
    }
    assert container.env_from == (Reference(kind="ConfigMap", name="settings", optional=True),)


def test_amounts_are_cores_and_bytes(container: ContainerSpec) -> None:
    assert (container.limits.cpu, container.limits.memory) == (0.5, 64 * 2**20)
    assert (container.requests.cpu, container.requests.memory) == (0.1, 32 * 2**20)


def test_volumes_name_their_claims_and_configmaps(pod: Pod, container: ContainerSpec) -> None:
    data, conf = pod.spec.volumes

    assert (data.kind, data.claim) == ("PersistentVolumeClaim", "web-data")
    assert conf.reference == Reference(kind="ConfigMap", name="settings")
    assert [(item.path, item.read_only, item.sub_path) for item in container.mounts] == [
        ("/data", False, ""),
        ("/etc/app", True, "app.yaml"),
    ]


def test_placement_is_read(pod: Pod) -> None:
    first, second = pod.spec.tolerations

    assert pod.spec.node_selector == {"disk": "ssd", "zone": "a"}
    assert (first.key, first.operator, first.value, first.effect) == (
        "dedicated",
        "Equal",
        "web",
        "NoSchedule",
    )
    assert (second.operator, second.value, second.effect) == ("Exists", "", "NoExecute")


def test_events_are_read_with_their_count_and_the_routine_ones_left_out() -> None:
    (event,) = outputs.described("Pod", "web-6d5f-abcde", outputs.POD).events

    assert (event.reason, event.count, event.component) == ("BackOff", 12, "kubelet")
    assert event.message == "Back-off restarting failed container main"
    assert event.last_at == outputs.NOW - timedelta(minutes=2)
    assert event.first_at == outputs.NOW - timedelta(minutes=20)


def test_several_descriptions_in_one_text_are_several_pods() -> None:
    other = outputs.POD.replace("web-6d5f-abcde", "web-6d5f-fghij")

    found = outputs.described("Pod", "", f"{outputs.POD}\n\n{other}").pods

    assert [item.meta.ref.name for item in found] == ["web-6d5f-abcde", "web-6d5f-fghij"]
    assert {item.spec.containers[0].image for item in found} == {"registry.test/web:1"}
