"""Pods and what their templates ask for, read from manifests."""

from datetime import UTC, datetime

from reading_objects import SOURCE, read_yaml

from sre_agent.domain.cluster.meta import Requirement, Selector
from sre_agent.domain.cluster.pods import (
    Amounts,
    ContainerPort,
    EnvVar,
    Mount,
    NodeTerm,
    PodTerm,
    Probe,
    Reference,
    Spread,
    Termination,
    Toleration,
)
from sre_agent.domain.objects import ObjectRef

POD = """
apiVersion: v1
kind: Pod
metadata:
  name: basket-6d5-x1
  namespace: market
  creationTimestamp: "2026-03-02T11:00:00Z"
  deletionTimestamp: "2026-03-02T11:59:00Z"
  labels: {app: basket, tier: "2"}
  annotations:
    note: hand made
    kubectl.kubernetes.io/last-applied-configuration: "{}"
  ownerReferences:
    - {kind: Node, name: n1}
    - {kind: ReplicaSet, name: basket-6d5, controller: true}
spec:
  nodeName: n1
  serviceAccountName: basket
  priorityClassName: high
  schedulerName: default-scheduler
  hostNetwork: true
  dnsPolicy: None
  dnsConfig: {nameservers: [10.9.9.9]}
  securityContext: {runAsUser: 1000, fsGroup: 2000}
  imagePullSecrets: [{name: pull}]
  nodeSelector: {disk: ssd}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{key: zone, operator: In, values: [a, b]}]
            matchFields: [{key: metadata.name, operator: In, values: [n1]}]
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - {topologyKey: zone, namespaces: [other], labelSelector: {matchLabels: {app: cache}}}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1}]
      requiredDuringSchedulingIgnoredDuringExecution:
        - {topologyKey: host, labelSelector: {matchExpressions: [{key: app, operator: Exists}]}}
  topologySpreadConstraints:
    - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}}
    - {maxSkew: 1, topologyKey: host, whenUnsatisfiable: ScheduleAnyway}
  tolerations:
    - {key: dedicated, value: web, effect: NoSchedule}
    - {operator: Exists}
  initContainers: [{name: wait, image: "busybox:1"}]
  containers:
    - name: app
      image: registry.test/basket:2
      command: [serve]
      args: [--port, "80"]
      securityContext: {privileged: true, runAsUser: 7}
      ports: [{containerPort: 80, name: http, hostPort: 8080}, {containerPort: 53, protocol: UDP}]
      env:
        - {name: PLAIN, value: "1"}
        - {name: EMPTY}
        - {name: KEY, valueFrom: {secretKeyRef: {name: creds, key: pass, optional: true}}}
        - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
      envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: more}}]
      resources:
        requests: {cpu: 250m, memory: 64Mi, nvidia.com/gpu: 1}
        limits: {cpu: "1", memory: 1G, ephemeral-storage: 1Gi}
      livenessProbe: {httpGet: {path: /live, port: http, scheme: HTTPS}, initialDelaySeconds: 5}
      readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 3, timeoutSeconds: 2}
      startupProbe: {exec: {command: [cat, /ok]}, failureThreshold: 30}
      volumeMounts: [{name: data, mountPath: /data, readOnly: true, subPath: x}]
  volumes:
    - {name: data, persistentVolumeClaim: {claimName: basket-data}}
    - {name: conf, configMap: {name: settings, items: [{key: a.ini, path: a}]}}
    - {name: cert, secret: {secretName: tls, optional: true}}
    - {name: tmp, emptyDir: {sizeLimit: 1Mi}}
    - {name: share, nfs: {server: s, path: /}}
    - name: mixed
      projected:
        sources:
          - {configMap: {name: kube-root-ca.crt}}
          - {secret: {name: more}}
          - {serviceAccountToken: {path: token}}
    - name: token
      projected: {sources: [{serviceAccountToken: {path: token}}]}
status:
  phase: Running
  podIP: 10.0.0.9
  startTime: "2026-03-02T11:00:01Z"
  conditions:
    - {type: Ready, status: "False", reason: ContainersNotReady, message: not yet}
  initContainerStatuses:
    - {name: wait, ready: true, restartCount: 0, state: {terminated: {exitCode: 0}}}
  containerStatuses:
    - name: app
      ready: false
      started: false
      restartCount: 4
      image: registry.test/basket:2
      state: {waiting: {reason: CrashLoopBackOff, message: back-off}}
      lastState:
        terminated: {reason: OOMKilled, exitCode: 137, finishedAt: "2026-03-02T11:58:00Z"}
"""


def test_a_pod_is_read_with_its_kin_and_state() -> None:
    pod = read_yaml(POD).pods[0]

    assert pod.meta.ref == ObjectRef(kind="Pod", namespace="market", name="basket-6d5-x1")
    assert pod.meta.source == SOURCE
    assert [owner.kind for owner in pod.meta.owners] == ["ReplicaSet", "Node"]
    assert [owner.namespace for owner in pod.meta.owners] == ["market", ""]
    assert pod.meta.annotations == {"note": "hand made"}
    assert pod.meta.deleted_at == datetime(2026, 3, 2, 11, 59, tzinfo=UTC)
    assert (pod.phase, pod.ip, pod.node, pod.ready) == ("Running", "10.0.0.9", "n1", False)
    assert pod.started_at == datetime(2026, 3, 2, 11, 0, 1, tzinfo=UTC)


def test_statuses_tell_the_init_containers_first_and_how_each_ended() -> None:
    wait, app = read_yaml(POD).pods[0].statuses

    assert (wait.name, wait.is_init, wait.state) == ("wait", True, "terminated")
    assert wait.ended is not None
    assert wait.ended.exit_code == 0
    assert (app.state, app.reason, app.restarts) == ("waiting", "CrashLoopBackOff", 4)
    assert (wait.has_started, app.has_started) == (None, False)
    assert app.last_ended == Termination(
        reason="OOMKilled",
        exit_code=137,
        finished_at=datetime(2026, 3, 2, 11, 58, tzinfo=UTC),
    )


def test_a_container_is_read_as_its_template_asks_for_it() -> None:
    container = read_yaml(POD).pods[0].spec.containers[0]

    assert container.ports == (
        ContainerPort(number=80, name="http", host_port=8080),
        ContainerPort(number=53, protocol="UDP"),
    )
    assert container.env == (
        EnvVar(name="PLAIN", value="1"),
        EnvVar(name="EMPTY", value=""),
        EnvVar(
            name="KEY", reference=Reference(kind="Secret", name="creds", key="pass", optional=True)
        ),
        EnvVar(name="IP"),
    )
    assert [(each.kind, each.name) for each in container.env_from] == [
        ("ConfigMap", "settings"),
        ("Secret", "more"),
    ]
    assert container.requests == Amounts(cpu=0.25, memory=2**26, others={"nvidia.com/gpu": 1})
    assert container.limits == Amounts(cpu=1, memory=10**9, ephemeral_storage=2**30)
    assert container.mounts == (Mount(volume="data", path="/data", read_only=True, sub_path="x"),)
    assert (container.command, container.args) == (("serve",), ("--port", "80"))
    assert (container.is_privileged, container.runs_as_user) == (True, 7)


def test_probes_are_told_by_their_handler() -> None:
    container = read_yaml(POD).pods[0].spec.containers[0]

    assert container.liveness == Probe(
        handler="http", port="http", path="/live", scheme="HTTPS", initial_delay_s=5
    )
    assert container.readiness == Probe(handler="tcp", port=80, period_s=3, timeout_s=2)
    assert container.startup == Probe(handler="exec", command=("cat", "/ok"), failure_threshold=30)


def test_a_template_tells_where_its_pods_may_run() -> None:
    spec = read_yaml(POD).pods[0].spec

    assert spec.node_selector == {"disk": "ssd"}
    assert spec.node_terms == (
        NodeTerm(
            labels=(Requirement(key="zone", operator="In", values=("a", "b")),),
            fields=(Requirement(key="metadata.name", operator="In", values=("n1",)),),
        ),
    )
    assert spec.affinity == (
        PodTerm(
            selector=Selector(labels={"app": "cache"}), topology_key="zone", namespaces=("other",)
        ),
    )
    assert [term.topology_key for term in spec.anti_affinity] == ["host"]
    assert spec.spread == (Spread(topology_key="zone", max_skew=2, selector=Selector()),)
    assert spec.tolerations == (
        Toleration(key="dedicated", value="web", effect="NoSchedule"),
        Toleration(operator="Exists"),
    )
    assert (spec.service_account, spec.image_pull_secrets) == ("basket", ("pull",))
    assert (spec.runs_as_user, spec.fs_group, spec.host_network) == (1000, 2000, True)
    assert (spec.dns_policy, spec.nameservers) == ("None", ("10.9.9.9",))
    assert [each.is_init for each in spec.init_containers] == [True]


def test_volumes_name_what_they_ask_for_but_not_what_the_cluster_always_gives() -> None:
    found = read_yaml(POD).pods[0].spec.volumes

    told = [(each.name, each.kind, each.reference and each.reference.name) for each in found]
    assert told == [
        ("data", "PersistentVolumeClaim", None),
        ("conf", "ConfigMap", "settings"),
        ("cert", "Secret", "tls"),
        ("tmp", "EmptyDir", None),
        ("share", "NFS", None),
        ("mixed", "Projected", "more"),
        ("token", "Projected", None),
    ]
    assert found[0].claim == "basket-data"
    assert found[1].keys == ("a.ini",)
    assert found[2].reference is not None
    assert found[2].reference.optional
    assert found[3].size_limit == 2**20
