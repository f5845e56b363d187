"""Storage, nodes, bounds, configuration, webhooks and events, read from manifests."""

from datetime import UTC, datetime

from reading_objects import read_yaml

from sre_agent.domain.cluster.nodes import Taint
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests.objects.rules import VALUE_LENGTH


def test_storage_is_read_from_the_claim_to_the_class() -> None:
    seen = read_yaml("""
kind: PersistentVolumeClaim
metadata: {name: data, namespace: market}
spec:
  storageClassName: ""
  accessModes: [ReadWriteMany]
  volumeName: pv1
  volumeMode: Block
  selector: {matchLabels: {disk: ssd}}
  resources: {requests: {storage: 10Gi}}
status: {phase: Pending, capacity: {storage: 5Gi}}
---
{kind: PersistentVolumeClaim, metadata: {name: plain, namespace: market}, spec: {}}
---
kind: PersistentVolume
metadata: {name: pv1}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: slow
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: market, name: data}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: z, operator: Exists}]}]}}
status: {phase: Released, reason: gone}
---
kind: StorageClass
metadata: {name: slow, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: test/disk
volumeBindingMode: WaitForFirstConsumer
parameters: {type: hdd}
""")

    data, plain = seen.claims
    assert (data.storage_class, plain.storage_class) == ("", None)
    assert (data.requested, data.capacity, data.volume) == (10 * 2**30, 5 * 2**30, "pv1")
    assert (data.phase, data.access_modes, data.volume_mode) == (
        "Pending",
        ("ReadWriteMany",),
        "Block",
    )
    assert data.selector is not None
    assert plain.selector is None
    (volume,) = seen.volumes
    assert (volume.claim, volume.phase, volume.reason) == ("market/data", "Released", "gone")
    assert volume.node_terms[0].labels[0].key == "z"
    (of,) = seen.storage_classes
    assert (of.provisioner, of.is_default, of.attributes) == ("test/disk", True, {"type": "hdd"})
    assert of.binding_mode == "WaitForFirstConsumer"


def test_a_node_is_read_with_what_it_can_bear() -> None:
    (node,) = read_yaml("""
kind: Node
metadata: {name: n1, namespace: odd}
spec: {unschedulable: true, taints: [{key: a, effect: NoExecute}, {key: b, value: c}]}
status:
  capacity: {cpu: "4", memory: 8Gi, pods: "110"}
  allocatable: {cpu: 3500m, memory: 7Gi, pods: "110"}
  addresses: [{type: InternalIP, address: 10.9.0.1}]
  nodeInfo: {kubeletVersion: v1.31.0}
  conditions: [{type: Ready, status: "True"}]
""").nodes

    assert node.meta.ref == ObjectRef(kind="Node", namespace="", name="n1")
    assert node.taints == (Taint(key="a", effect="NoExecute"), Taint(key="b", value="c"))
    assert (node.allocatable.cpu, node.capacity.pods, node.addresses) == (3.5, 110, ("10.9.0.1",))
    assert node.is_unschedulable
    assert node.is_ready


def test_bounds_are_read_as_numbers() -> None:
    seen = read_yaml("""
kind: ResourceQuota
metadata: {name: q, namespace: market}
spec: {hard: {pods: "4"}}
status: {hard: {requests.cpu: 500m, pods: "5", odd: x}, used: {pods: "5"}}
---
{kind: ResourceQuota, metadata: {name: young, namespace: market}, spec: {hard: {pods: "4"}}}
---
kind: LimitRange
metadata: {name: l, namespace: market}
spec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 10m}}, {type: Pod}]}
""")

    assert seen.quotas[0].hard == {"requests.cpu": 0.5, "pods": 5}
    assert seen.quotas[0].used == {"pods": 5}
    assert seen.quotas[1].hard == {"pods": 4}
    assert seen.limit_ranges[0].maximum == {("Container", "memory"): 2**30}
    assert seen.limit_ranges[0].minimum == {("Container", "cpu"): 0.01}


def test_a_secret_is_read_without_its_values() -> None:
    seen = read_yaml("""
kind: Secret
type: kubernetes.io/tls
metadata: {name: s, namespace: market}
data: {tls.key: U0VDUkVU}
stringData: {plain: hunter2}
""")

    assert seen.secrets[0].keys == ("plain", "tls.key")
    assert seen.secrets[0].type == "kubernetes.io/tls"
    assert "hunter2" not in repr(seen)
    assert "U0VDUkVU" not in repr(seen)


def test_configuration_tells_its_keys_and_cut_values() -> None:
    (found,) = read_yaml(f"""
kind: ConfigMap
metadata: {{name: c, namespace: market}}
data: {{a: {"x" * (VALUE_LENGTH + 1)}}}
binaryData: {{b: AAAA}}
""").configmaps

    assert found.keys == ("a", "b")
    assert len(found.data["a"]) == VALUE_LENGTH


def test_accounts_bindings_and_webhooks_are_read() -> None:
    seen = read_yaml("""
{kind: ServiceAccount, metadata: {name: a, namespace: market}, imagePullSecrets: [{name: p}]}
---
kind: RoleBinding
metadata: {name: r, namespace: market}
roleRef: {kind: Role, name: reader}
subjects: [{kind: ServiceAccount, namespace: market, name: a}]
---
kind: ClusterRoleBinding
metadata: {name: r}
roleRef: {kind: ClusterRole, name: all}
subjects: [{kind: User, name: joe}]
---
kind: ValidatingWebhookConfiguration
metadata: {name: v}
webhooks:
  - {name: a.test, clientConfig: {service: {namespace: hooks, name: h}, caBundle: Zm9v}}
  - {name: b.test, failurePolicy: Ignore, clientConfig: {url: "https://b.test"}}
---
{kind: MutatingWebhookConfiguration, metadata: {name: m}, webhooks: [{name: c.test}]}
""")

    assert seen.service_accounts[0].image_pull_secrets == ("p",)
    assert [(each.role, each.subjects) for each in seen.bindings] == [
        ("ClusterRole/all", ("User/joe",)),
        ("Role/reader", ("ServiceAccount/market/a",)),
    ]
    first, second, third = seen.webhooks
    assert str(first.service) == "Service/hooks/h"
    assert (first.failure_policy, first.has_ca) == ("Fail", True)
    assert (second.failure_policy, second.url, second.has_ca) == (
        "Ignore",
        "https://b.test",
        False,
    )
    assert third.meta.ref.kind == "MutatingWebhookConfiguration"


def test_events_of_both_apis_are_read_once() -> None:
    (found,) = read_yaml("""
kind: Event
metadata: {name: e1, namespace: market, creationTimestamp: "2026-03-02T10:00:00Z"}
involvedObject: {kind: Pod, namespace: market, name: basket-1}
type: Warning
reason: BackOff
message: back-off
count: 4
firstTimestamp: "2026-03-02T10:00:00Z"
lastTimestamp: "2026-03-02T10:30:00Z"
source: {component: kubelet}
---
kind: Event
metadata: {name: e1, namespace: market, creationTimestamp: "2026-03-02T10:00:00Z"}
regarding: {kind: Pod, namespace: market, name: basket-1}
type: Warning
reason: BackOff
note: back-off
series: {count: 5, lastObservedTime: "2026-03-02T10:31:00.5Z"}
eventTime: "2026-03-02T10:00:00Z"
reportingController: kubelet
""").events

    assert str(found.ref) == "Pod/market/basket-1"
    assert (found.type, found.reason, found.message) == ("Warning", "BackOff", "back-off")
    assert (found.count, found.component) == (5, "kubelet")
    assert found.first_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert found.last_at == datetime(2026, 3, 2, 10, 31, 0, 500_000, tzinfo=UTC)


def test_an_event_about_a_node_is_in_no_namespace() -> None:
    (found,) = read_yaml("""
kind: Event
metadata: {name: e1, namespace: default, creationTimestamp: "2026-03-02T10:00:00Z"}
involvedObject: {kind: Node, name: n1}
""").events

    assert str(found.ref) == "Node/n1"
    assert found.last_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_when_an_object_was_written_is_told_by_its_writers_and_not_by_reports() -> None:
    first, second = read_yaml("""
kind: ConfigMap
metadata:
  name: a
  namespace: market
  managedFields:
  - {manager: kubectl, time: "2026-03-02T10:00:00Z"}
  - {manager: helm, time: "2026-03-02T11:00:00Z"}
  - {manager: reporter, time: "2026-03-02T12:00:00Z", subresource: status}
---
kind: ConfigMap
metadata: {name: b, namespace: market}
""").configmaps

    assert first.meta.written_at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert second.meta.written_at is None
