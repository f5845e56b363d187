"""The shape of each kind's object, as far as the cluster reads it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from infrastructure.lab.cluster import availability_shapes, status_shapes
from infrastructure.lab.cluster.common_shapes import META, SELECTOR, TAINT, an_object, with_status
from infrastructure.lab.cluster.shapes import (
    BOOL,
    LONG,
    QUANTITY,
    TEXT,
    TEXT_MAP,
    TEXTS,
    TIME,
    WHOLE,
    WHOLE_OR_TEXT,
    Items,
    Map,
    Shape,
    Struct,
)

_HTTP = Struct(
    "HTTPGetAction",
    {
        "path": TEXT,
        "port": WHOLE_OR_TEXT,
        "host": TEXT,
        "scheme": TEXT,
        "httpHeaders": Items(Struct("HTTPHeader", {"name": TEXT, "value": TEXT})),
    },
)
_EXEC = Struct("ExecAction", {"command": TEXTS})
_TCP = Struct("TCPSocketAction", {"port": WHOLE_OR_TEXT, "host": TEXT})
_PROBE = Struct(
    "Probe",
    {
        "httpGet": _HTTP,
        "exec": _EXEC,
        "tcpSocket": _TCP,
        "initialDelaySeconds": WHOLE,
        "timeoutSeconds": WHOLE,
        "periodSeconds": WHOLE,
        "successThreshold": WHOLE,
        "failureThreshold": WHOLE,
        "terminationGracePeriodSeconds": LONG,
    },
)
_HOOK = Struct("LifecycleHandler", {"httpGet": _HTTP, "exec": _EXEC, "tcpSocket": _TCP})
_KEY_REF = Struct("ConfigMapKeySelector", {"name": TEXT, "key": TEXT, "optional": BOOL})
_VALUE_FROM = Struct(
    "EnvVarSource",
    {
        "fieldRef": Struct("ObjectFieldSelector", {"fieldPath": TEXT, "apiVersion": TEXT}),
        "configMapKeyRef": _KEY_REF,
        "secretKeyRef": _KEY_REF,
        "resourceFieldRef": Struct("ResourceFieldSelector", {"resource": TEXT}),
    },
)
_SOURCE_REF = Struct("ConfigMapEnvSource", {"name": TEXT, "optional": BOOL})
_CONTAINER = Struct(
    "Container",
    {
        "name": TEXT,
        "image": TEXT,
        "imagePullPolicy": TEXT,
        "command": TEXTS,
        "args": TEXTS,
        "workingDir": TEXT,
        "env": Items(Struct("EnvVar", {"name": TEXT, "value": TEXT, "valueFrom": _VALUE_FROM})),
        "envFrom": Items(
            Struct(
                "EnvFromSource",
                {"prefix": TEXT, "configMapRef": _SOURCE_REF, "secretRef": _SOURCE_REF},
            )
        ),
        "ports": Items(
            Struct(
                "ContainerPort",
                {"name": TEXT, "containerPort": WHOLE, "hostPort": WHOLE, "protocol": TEXT},
            )
        ),
        "resources": Struct(
            "ResourceRequirements", {"limits": Map(QUANTITY), "requests": Map(QUANTITY)}
        ),
        "volumeMounts": Items(
            Struct("VolumeMount", {"name": TEXT, "mountPath": TEXT, "readOnly": BOOL})
        ),
        "livenessProbe": _PROBE,
        "readinessProbe": _PROBE,
        "startupProbe": _PROBE,
        "lifecycle": Struct("Lifecycle", {"preStop": _HOOK, "postStart": _HOOK}),
        "terminationMessagePath": TEXT,
        "terminationMessagePolicy": TEXT,
    },
)
_VOLUME = Struct(
    "Volume",
    {
        "name": TEXT,
        "configMap": Struct(
            "ConfigMapVolumeSource",
            {
                "name": TEXT,
                "optional": BOOL,
                "defaultMode": WHOLE,
                "items": Items(Struct("KeyToPath", {"key": TEXT, "path": TEXT})),
            },
        ),
        "emptyDir": Struct("EmptyDirVolumeSource"),
        "secret": Struct("SecretVolumeSource"),
        "downwardAPI": Struct("DownwardAPIVolumeSource"),
        "projected": Struct("ProjectedVolumeSource"),
    },
)
_POD_SPEC = Struct(
    "PodSpec",
    {
        "containers": Items(_CONTAINER),
        "initContainers": Items(_CONTAINER),
        "volumes": Items(_VOLUME),
        "restartPolicy": TEXT,
        "terminationGracePeriodSeconds": LONG,
        "activeDeadlineSeconds": LONG,
        "nodeName": TEXT,
        "nodeSelector": TEXT_MAP,
        "serviceAccountName": TEXT,
        "serviceAccount": TEXT,
        "hostNetwork": BOOL,
        "enableServiceLinks": BOOL,
        "priority": WHOLE,
        "tolerations": Items(
            Struct(
                "Toleration",
                {
                    "key": TEXT,
                    "operator": TEXT,
                    "value": TEXT,
                    "effect": TEXT,
                    "tolerationSeconds": LONG,
                },
            )
        ),
        "securityContext": Struct("PodSecurityContext"),
    },
)
_TEMPLATE = Struct("PodTemplateSpec", {"metadata": META, "spec": _POD_SPEC})
_ROLLING = Struct(
    "RollingUpdateDeployment", {"maxSurge": WHOLE_OR_TEXT, "maxUnavailable": WHOLE_OR_TEXT}
)
_STRATEGY = Struct("DeploymentStrategy", {"type": TEXT, "rollingUpdate": _ROLLING})
_WORKLOAD: Mapping[str, Shape] = {
    "replicas": WHOLE,
    "selector": SELECTOR,
    "template": _TEMPLATE,
    "minReadySeconds": WHOLE,
}
_SERVICE_PORT = Struct(
    "ServicePort",
    {"name": TEXT, "protocol": TEXT, "port": WHOLE, "targetPort": WHOLE_OR_TEXT, "nodePort": WHOLE},
)
_REFERENCE = Struct(
    "ObjectReference",
    {
        "kind": TEXT,
        "namespace": TEXT,
        "name": TEXT,
        "uid": TEXT,
        "apiVersion": TEXT,
        "resourceVersion": TEXT,
        "fieldPath": TEXT,
    },
)
_ADDRESS = Struct(
    "EndpointAddress", {"ip": TEXT, "hostname": TEXT, "nodeName": TEXT, "targetRef": _REFERENCE}
)
_SUBSET = Struct(
    "EndpointSubset",
    {
        "addresses": Items(_ADDRESS),
        "notReadyAddresses": Items(_ADDRESS),
        "ports": Items(Struct("EndpointPort", {"name": TEXT, "port": WHOLE, "protocol": TEXT})),
    },
)


SHAPES: Mapping[str, Struct] = MappingProxyType(
    {
        "Deployment": with_status(
            "Deployment",
            status_shapes.DEPLOYMENT,
            spec=Struct(
                "DeploymentSpec",
                {
                    **_WORKLOAD,
                    "strategy": _STRATEGY,
                    "revisionHistoryLimit": WHOLE,
                    "progressDeadlineSeconds": WHOLE,
                    "paused": BOOL,
                },
            ),
        ),
        "ReplicaSet": with_status(
            "ReplicaSet", status_shapes.REPLICA_SET, spec=Struct("ReplicaSetSpec", _WORKLOAD)
        ),
        "Pod": with_status(
            "Pod",
            status_shapes.POD,
            spec=_POD_SPEC,
        ),
        "Service": with_status(
            "Service",
            spec=Struct(
                "ServiceSpec",
                {
                    "type": TEXT,
                    "clusterIP": TEXT,
                    "clusterIPs": TEXTS,
                    "externalName": TEXT,
                    "selector": TEXT_MAP,
                    "ports": Items(_SERVICE_PORT),
                    "sessionAffinity": TEXT,
                },
            ),
        ),
        "Endpoints": an_object("Endpoints", subsets=Items(_SUBSET)),
        "ConfigMap": an_object("ConfigMap", data=TEXT_MAP, binaryData=TEXT_MAP, immutable=BOOL),
        "ResourceQuota": with_status(
            "ResourceQuota",
            status_shapes.RESOURCE_QUOTA,
            spec=Struct("ResourceQuotaSpec", {"hard": Map(QUANTITY), "scopes": TEXTS}),
        ),
        "Namespace": with_status(
            "Namespace",
            status_shapes.NAMESPACE,
            spec=Struct("NamespaceSpec", {"finalizers": TEXTS}),
        ),
        "Node": with_status(
            "Node",
            status_shapes.NODE,
            spec=Struct(
                "NodeSpec", {"unschedulable": BOOL, "podCIDR": TEXT, "taints": Items(TAINT)}
            ),
        ),
        "Event": an_object(
            "Event",
            involvedObject=_REFERENCE,
            reason=TEXT,
            message=TEXT,
            type=TEXT,
            count=WHOLE,
            firstTimestamp=TIME,
            lastTimestamp=TIME,
            eventTime=TIME,
            action=TEXT,
            reportingComponent=TEXT,
            reportingInstance=TEXT,
            source=Struct("EventSource", {"component": TEXT, "host": TEXT}),
        ),
        **availability_shapes.SHAPES,
        "Scale": an_object("Scale", spec=Struct("ScaleSpec", {"replicas": WHOLE})),
    }
)
"""The shape of each kind, by its name."""
