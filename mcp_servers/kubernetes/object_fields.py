"""Which fields of which kinds are passed on: what tells why something does not work, no more."""

from collections.abc import Mapping
from typing import Any

from mcp_servers.kubernetes.api import Json

Fields = Mapping[str, "Fields | None"]
"""Field names, each with the fields kept inside it; None keeps it whole."""


def _fields(names: str = "", **inside: Fields) -> Fields:
    return {**dict.fromkeys(names.split()), **inside}


_SELECTOR = _fields("matchLabels matchExpressions")
_META = _fields(
    "name namespace labels creationTimestamp deletionTimestamp generation",
    annotations=_fields(
        "deployment.kubernetes.io/revision kubernetes.io/change-cause kubernetes.io/ingress.class "
        "ingressclass.kubernetes.io/is-default-class storageclass.kubernetes.io/is-default-class "
        "storageclass.beta.kubernetes.io/is-default-class volume.beta.kubernetes.io/storage-class"
    ),
    ownerReferences=_fields("kind name controller"),
)
_CONDITION = _fields("type status reason message lastTransitionTime")
_PROBE = _fields(
    "httpGet tcpSocket grpc exec initialDelaySeconds periodSeconds timeoutSeconds "
    "failureThreshold successThreshold"
)
_KEY = _fields("name key optional")
_CONTAINER = _fields(
    "name image command args ports",
    env=_fields("name value", valueFrom=_fields(configMapKeyRef=_KEY, secretKeyRef=_KEY)),
    envFrom=_fields(configMapRef=_fields("name optional"), secretRef=_fields("name optional")),
    resources=_fields("requests limits"),
    livenessProbe=_PROBE,
    readinessProbe=_PROBE,
    startupProbe=_PROBE,
    volumeMounts=_fields("name mountPath readOnly subPath"),
    securityContext=_fields("privileged runAsUser"),
)
_ITEMS = _fields("key")
_VOLUME = _fields(
    "name nfs",
    persistentVolumeClaim=_fields("claimName"),
    configMap=_fields("name optional", items=_ITEMS),
    secret=_fields("secretName optional", items=_ITEMS),
    emptyDir=_fields("sizeLimit"),
    hostPath=_fields("path"),
    csi=_fields("driver"),
    projected=_fields(
        sources=_fields(
            configMap=_fields("name optional", items=_ITEMS),
            secret=_fields("name optional", items=_ITEMS),
        )
    ),
)
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_POD_SPEC = _fields(
    "nodeName nodeSelector topologySpreadConstraints tolerations serviceAccountName "
    "imagePullSecrets priorityClassName schedulerName hostNetwork dnsPolicy",
    containers=_CONTAINER,
    initContainers=_CONTAINER,
    volumes=_VOLUME,
    affinity=_fields(
        nodeAffinity=_fields(_REQUIRED),
        podAffinity=_fields(_REQUIRED),
        podAntiAffinity=_fields(_REQUIRED),
    ),
    securityContext=_fields("runAsUser fsGroup"),
)
_TEMPLATE = _fields(metadata=_fields("labels"), spec=_POD_SPEC)
_CONTAINER_STATUS = _fields("name image ready restartCount state lastState")
_POD_STATUS = _fields(
    "phase reason message podIP startTime",
    conditions=_CONDITION,
    initContainerStatuses=_CONTAINER_STATUS,
    containerStatuses=_CONTAINER_STATUS,
)
_WORKLOAD = _fields(
    metadata=_META,
    spec=_fields(
        "replicas paused progressDeadlineSeconds serviceName",
        selector=_SELECTOR,
        template=_TEMPLATE,
        volumeClaimTemplates=_fields(spec=_fields("storageClassName")),
    ),
    status=_fields(
        "replicas updatedReplicas readyReplicas availableReplicas observedGeneration "
        "desiredNumberScheduled currentNumberScheduled updatedNumberScheduled numberReady "
        "numberAvailable numberMisscheduled updateRevision",
        conditions=_CONDITION,
    ),
)
_WHOLE_SPEC = _fields("spec", metadata=_META, status=_fields(conditions=_CONDITION))
_DATA = _fields("data binaryData stringData type", metadata=_META)
_BINDING = _fields(
    metadata=_META, roleRef=_fields("kind name"), subjects=_fields("kind namespace name")
)
_HOOKS = _fields(
    metadata=_META,
    webhooks=_fields(
        "name failurePolicy",
        clientConfig=_fields("url caBundle", service=_fields("namespace name")),
    ),
)
_ADDRESS = _fields("ip nodeName", targetRef=_fields("kind name"))
_TARGETS = _fields("name port protocol")
_BALANCER = _fields(loadBalancer=_fields(ingress=_fields("ip hostname")))

KEPT: Mapping[str, Fields] = {
    "Pod": _fields(metadata=_META, spec=_POD_SPEC, status=_POD_STATUS),
    "Deployment": _WORKLOAD,
    "ReplicaSet": _WORKLOAD,
    "StatefulSet": _WORKLOAD,
    "DaemonSet": _WORKLOAD,
    "Job": _fields(
        metadata=_META,
        spec=_fields("completions parallelism backoffLimit suspend", template=_TEMPLATE),
        status=_fields("active succeeded failed", conditions=_CONDITION),
    ),
    "CronJob": _fields(
        metadata=_META,
        spec=_fields("schedule timeZone startingDeadlineSeconds suspend"),
        status=_fields("lastScheduleTime lastSuccessfulTime"),
    ),
    "HorizontalPodAutoscaler": _fields(
        metadata=_META,
        spec=_fields("scaleTargetRef minReplicas maxReplicas metrics"),
        status=_fields("currentReplicas desiredReplicas", conditions=_CONDITION),
    ),
    "PodDisruptionBudget": _fields(
        metadata=_META,
        spec=_fields("minAvailable maxUnavailable", selector=_SELECTOR),
        status=_fields(
            "disruptionsAllowed currentHealthy desiredHealthy expectedPods", conditions=_CONDITION
        ),
    ),
    "Service": _fields(
        metadata=_META,
        spec=_fields("type clusterIP externalName selector ports"),
        status=_BALANCER,
    ),
    "Endpoints": _fields(
        metadata=_META,
        subsets=_fields(addresses=_ADDRESS, notReadyAddresses=_ADDRESS, ports=_TARGETS),
    ),
    "EndpointSlice": _fields(
        metadata=_META,
        ports=_TARGETS,
        endpoints=_fields(
            "addresses nodeName", conditions=_fields("ready"), targetRef=_fields("kind name")
        ),
    ),
    "Ingress": _fields(
        metadata=_META,
        spec=_fields("ingressClassName defaultBackend rules", tls=_fields("secretName")),
        status=_BALANCER,
    ),
    "IngressClass": _fields(metadata=_META, spec=_fields("controller")),
    "Gateway": _fields(
        metadata=_META,
        spec=_fields("gatewayClassName listeners"),
        status=_fields(conditions=_CONDITION, listeners=_fields("name", conditions=_CONDITION)),
    ),
    "GatewayClass": _WHOLE_SPEC,
    "HTTPRoute": _fields(
        metadata=_META,
        spec=_fields("parentRefs hostnames", rules=_fields("backendRefs")),
        status=_fields(parents=_fields(conditions=_CONDITION)),
    ),
    "NetworkPolicy": _WHOLE_SPEC,
    "PersistentVolumeClaim": _fields(
        metadata=_META,
        spec=_fields("storageClassName accessModes volumeName volumeMode selector resources"),
        status=_fields("phase capacity", conditions=_CONDITION),
    ),
    "PersistentVolume": _fields(
        metadata=_META,
        spec=_fields(
            "capacity accessModes storageClassName persistentVolumeReclaimPolicy nodeAffinity",
            claimRef=_fields("namespace name"),
        ),
        status=_fields("phase reason"),
    ),
    "StorageClass": _fields("provisioner volumeBindingMode parameters", metadata=_META),
    "Node": _fields(
        metadata=_META,
        spec=_fields("unschedulable", taints=_fields("key value effect")),
        status=_fields(
            "capacity allocatable addresses",
            conditions=_CONDITION,
            nodeInfo=_fields("kubeletVersion"),
        ),
    ),
    "ResourceQuota": _fields(metadata=_META, spec=_fields("hard"), status=_fields("hard used")),
    "LimitRange": _fields("spec", metadata=_META),
    "ConfigMap": _DATA,
    "Secret": _DATA,
    "ServiceAccount": _fields(metadata=_META, imagePullSecrets=_fields("name")),
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    "ValidatingWebhookConfiguration": _HOOKS,
    "MutatingWebhookConfiguration": _HOOKS,
    "Event": _fields(
        "type reason message count firstTimestamp lastTimestamp eventTime",
        metadata=_fields("name namespace creationTimestamp"),
        involvedObject=_fields("kind namespace name"),
        series=_fields("count lastObservedTime"),
        source=_fields("component"),
    ),
}
"""The allow-list, by kind."""


def kept(kind: str, item: Json) -> Json:
    """Return the allow-listed part of an object, with its kind."""
    found: Json = _kept(KEPT[kind], item)
    return {"kind": kind, **found}


def _kept(fields: Fields | None, value: Any) -> Any:
    if fields is None:
        return value
    if isinstance(value, list):
        return [_kept(fields, each) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {
        key: _kept(fields[key], each)
        for key, each in value.items()
        if key in fields and each is not None and each != []
    }
    return {key: each for key, each in inside.items() if each not in ({}, []) or value[key] == {}}
