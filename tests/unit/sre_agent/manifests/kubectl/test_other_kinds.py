"""Services, nodes, storage, rules and policies are read from either form of output."""

from datetime import timedelta

from outputs import NOW, asked, pods

from sre_agent.domain.cluster.meta import Selector
from sre_agent.domain.objects import ObjectRef
from sre_agent.manifests import kubectl

SERVICE = """\
Name:                     web
Namespace:                shop
Labels:                   <none>
Selector:                 app=web
Type:                     NodePort
IP:                       10.9.0.1
Port:                     http  80/TCP
TargetPort:               web-port/TCP
NodePort:                 http  30080/TCP
Port:                     <unset>  53/UDP
TargetPort:               5353/UDP
Endpoints:                10.1.0.7:8080
"""
ENDPOINTS = """\
Name:         web
Namespace:    shop
Subsets:
  Addresses:          10.1.0.7
  NotReadyAddresses:  10.1.0.8,10.1.0.9
  Ports:
    Name     Port  Protocol
    ----     ----  --------
    http     8080  TCP
Events:  <none>
"""
NODE = """\
Name:               node-a
Labels:             zone=a
Taints:             dedicated=web:NoSchedule
                    node.kubernetes.io/unschedulable:NoSchedule
Unschedulable:      true
Conditions:
  Type             Status   LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------   -----------------                 ------------------                ------              -------
  MemoryPressure   False    Mon, 02 Mar 2026 11:59:00 +0000   Mon, 02 Mar 2026 10:00:00 +0000   KubeletHasMemory    kubelet has sufficient memory
  Ready            Unknown  Mon, 02 Mar 2026 11:00:00 +0000   Mon, 02 Mar 2026 11:01:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.
Addresses:
  InternalIP:  10.0.0.4
  Hostname:    node-a
Allocatable:
  cpu:     4
  memory:  8Gi
  pods:    110
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests     Limits
  --------           --------     ------
  cpu                3500m (87%)  0 (0%)
  memory             1Gi (12%)    2Gi (25%)
"""
POLICY = """\
Name:         only-front
Namespace:    shop
Spec:
  PodSelector:     app=store
  Allowing ingress traffic:
    To Port: 6379/TCP
    From:
      PodSelector: app=front
    ----------
    To Port: <any> (traffic allowed to all ports)
    From:
      IPBlock:
        CIDR: 10.0.0.0/8
        Except: 10.2.0.0/16
  Not affecting egress traffic
  Policy Types: Ingress
"""
QUOTA = """\
Name:            limits
Namespace:       shop
Resource         Used   Hard
--------         ----   ----
limits.cpu       1500m  2
pods             4      4
requests.memory  1Gi    2Gi
"""
CREDENTIALS = """\
Name:         db
Namespace:    shop

Type:  Opaque

Data
====
password:  9 bytes
user:      4 bytes
"""
CONFIGMAP = """\
Name:         settings
Namespace:    shop

Data
====
app.yaml:
----
mode: fast
port: 8080

empty:
----


BinaryData
====

Events:  <none>
"""


def test_a_services_ports_are_read_with_their_targets() -> None:
    snapshot = kubectl.read({asked("describe", "Service", "web"): SERVICE}, NOW)

    (found,) = snapshot.services
    assert (found.type, found.selector, found.cluster_ip) == (
        "NodePort",
        {"app": "web"},
        "10.9.0.1",
    )
    assert [(item.name, item.port, item.target, item.node_port) for item in found.ports] == [
        ("http", 80, "web-port", 30080),
        ("", 53, 5353, None),
    ]


def test_a_service_without_a_selector_selects_nothing_by_itself() -> None:
    text = SERVICE.replace("app=web", "<none>")

    (found,) = kubectl.read({asked("describe", "Service", "web"): text}, NOW).services

    assert found.selector is None


def test_addresses_behind_a_service_name_the_pods_that_have_them() -> None:
    texts = {
        asked("describe", "Endpoints", "web"): ENDPOINTS,
        asked("get", "Pod", output="wide"): pods(),
    }

    (found,) = kubectl.read(texts, NOW).endpoints

    assert [(item.ip, item.pod, item.node) for item in found.ready] == [
        ("10.1.0.7", "web-6d5f-abcde", "node-a")
    ]
    assert [item.ip for item in found.not_ready] == ["10.1.0.8", "10.1.0.9"]
    assert [(item.name, item.port) for item in found.ports] == [("http", 8080)]


def test_a_node_is_read_with_its_conditions_taints_and_requests() -> None:
    (found,) = kubectl.read({asked("describe", "Node", "node-a"): NODE}, NOW).nodes

    assert found.meta.ref == ObjectRef(kind="Node", namespace="", name="node-a")
    assert not found.is_ready
    assert found.conditions[1].message == "Kubelet stopped posting node status."
    assert found.conditions[1].changed_at == NOW - timedelta(minutes=59)
    assert [(item.key, item.value, item.effect) for item in found.taints] == [
        ("dedicated", "web", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "", "NoSchedule"),
    ]
    assert found.is_unschedulable
    assert (found.allocatable.cpu, found.requested.cpu) == (4.0, 3.5)
    assert found.addresses == ("10.0.0.4",)


def test_a_listed_node_tells_whether_it_is_ready_and_cordoned() -> None:
    table = """\
NAME     STATUS                        ROLES    AGE   VERSION
node-a   NotReady,SchedulingDisabled   <none>   95d   v1.31.2
node-b   Ready                         <none>   95d   v1.31.2
"""
    first, second = kubectl.read({asked("get", "Node", namespace=""): table}, NOW).nodes

    assert (first.is_ready, first.is_unschedulable) == (False, True)
    assert (second.is_ready, second.is_unschedulable) == (True, False)


def test_a_policy_is_read_with_its_peers_and_ports() -> None:
    (found,) = kubectl.read(
        {asked("describe", "NetworkPolicy", "only-front"): POLICY}, NOW
    ).network_policies

    first, second = found.ingress
    assert found.selector == Selector(labels={"app": "store"})
    assert (found.directions, found.egress) == (("Ingress",), ())
    assert [item.port for item in first.ports] == [6379]
    assert first.peers[0].pods == Selector(labels={"app": "front"})
    assert (second.ports, second.peers[0].cidr, second.peers[0].excluded) == (
        (),
        "10.0.0.0/8",
        ("10.2.0.0/16",),
    )


def test_a_policy_that_lets_nobody_in_has_no_rule() -> None:
    head, _, _ = POLICY.partition("    To Port")
    text = f"{head}    <none> (Selected pods are isolated for ingress connectivity)\n"

    (found,) = kubectl.read(
        {asked("describe", "NetworkPolicy", "only-front"): text}, NOW
    ).network_policies

    assert found.ingress == ()


def test_a_quota_is_read_as_numbers() -> None:
    (found,) = kubectl.read({asked("describe", "ResourceQuota", "limits"): QUOTA}, NOW).quotas

    assert found.used == {"limits.cpu": 1.5, "pods": 4.0, "requests.memory": 2.0**30}
    assert found.hard == {"limits.cpu": 2.0, "pods": 4.0, "requests.memory": 2.0**31}


def test_a_secret_tells_its_keys_and_no_value() -> None:
    (found,) = kubectl.read({asked("describe", "Secret", "db"): CREDENTIALS}, NOW).secrets

    assert found.keys == ("password", "user")


def test_a_configmap_tells_its_keys_and_values() -> None:
    (found,) = kubectl.read({asked("describe", "ConfigMap", "settings"): CONFIGMAP}, NOW).configmaps

    assert found.data == {"app.yaml": "mode: fast\nport: 8080", "empty": ""}


def test_claims_and_volumes_are_read_from_tables() -> None:
    claims = """\
NAME       STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
web-data   Pending                                      slow           <unset>                 5m
"""
    volumes = """\
NAME    CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS      CLAIM   STORAGECLASS   REASON   AGE
vol-1   5Gi        RWO,ROX        Retain           Available           slow                    5m
"""
    classes = """\
NAME             PROVISIONER   RECLAIMPOLICY   VOLUMEBINDINGMODE      ALLOWVOLUMEEXPANSION   AGE
slow (default)   disk.test     Delete          WaitForFirstConsumer   false                  5m
"""
    snapshot = kubectl.read(
        {
            asked("get", "PersistentVolumeClaim"): claims,
            asked("get", "PersistentVolume", namespace=""): volumes,
            asked("get", "StorageClass", namespace=""): classes,
        },
        NOW,
    )

    (claim,), (volume,), (storage,) = (
        snapshot.claims,
        snapshot.volumes,
        snapshot.storage_classes,
    )
    assert (claim.phase, claim.storage_class, claim.volume) == ("Pending", "slow", "")
    assert (volume.capacity, volume.access_modes, volume.claim) == (
        5 * 2.0**30,
        ("ReadWriteOnce", "ReadOnlyMany"),
        "",
    )
    assert (storage.meta.ref.name, storage.is_default, storage.binding_mode) == (
        "slow",
        True,
        "WaitForFirstConsumer",
    )


def test_nothing_listed_means_that_there_is_none() -> None:
    snapshot = kubectl.read({asked("get", "NetworkPolicy"): ""}, NOW)

    assert snapshot.network_policies == ()
    assert snapshot.complete == {"NetworkPolicy"}


def test_what_was_only_glanced_at_is_no_namespace_of_the_snapshot() -> None:
    snapshot = kubectl.read(
        {
            asked("get", "Pod"): pods(),
            asked("get", "Service"): "",
            asked("get", "Endpoints"): "",
            asked("get", "Pod", namespace="kube-system"): pods(),
        },
        NOW,
    )

    assert snapshot.namespaces == ("shop",)
    assert snapshot.complete == {"Pod", "Service", "Endpoints"}
