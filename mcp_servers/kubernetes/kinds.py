"""The kinds of object this server knows how to find."""

from dataclasses import dataclass

from mcp_servers.common.envelope import RefusedError


@dataclass(frozen=True, slots=True)
class Kind:
    """Where the API keeps the objects of one kind."""

    name: str
    prefix: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return the path of an object, or without a name of the collection."""
        scope = ("namespaces", namespace) if self.namespaced and namespace else ()
        parts = (self.prefix, *scope, self.plural, name, subresource)
        return "/" + "/".join(part for part in parts if part)


DEPLOYMENT = Kind("Deployment", "apis/apps/v1", "deployments")
REPLICA_SET = Kind("ReplicaSet", "apis/apps/v1", "replicasets")
STATEFUL_SET = Kind("StatefulSet", "apis/apps/v1", "statefulsets")
DAEMON_SET = Kind("DaemonSet", "apis/apps/v1", "daemonsets")
CONTROLLER_REVISION = Kind("ControllerRevision", "apis/apps/v1", "controllerrevisions")
POD = Kind("Pod", "api/v1", "pods")
SERVICE = Kind("Service", "api/v1", "services")
ENDPOINTS = Kind("Endpoints", "api/v1", "endpoints")
EVENT = Kind("Event", "api/v1", "events")
NODE = Kind("Node", "api/v1", "nodes", namespaced=False)
AUTOSCALER = Kind("HorizontalPodAutoscaler", "apis/autoscaling/v2", "horizontalpodautoscalers")
NAMESPACE = Kind("Namespace", "api/v1", "namespaces", namespaced=False)

CONFIG_MAP = Kind("ConfigMap", "api/v1", "configmaps")
ENDPOINT_SLICE = Kind("EndpointSlice", "apis/discovery.k8s.io/v1", "endpointslices")
VOLUME = Kind("PersistentVolume", "api/v1", "persistentvolumes", namespaced=False)
CLUSTER_BINDING = Kind(
    "ClusterRoleBinding",
    "apis/rbac.authorization.k8s.io/v1",
    "clusterrolebindings",
    namespaced=False,
)
HOOKS = tuple(
    Kind(name, "apis/admissionregistration.k8s.io/v1", f"{name.lower()}s", namespaced=False)
    for name in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
)
_NETWORKING, _GATEWAY = "apis/networking.k8s.io/v1", "apis/gateway.networking.k8s.io/v1"

KINDS = (
    DEPLOYMENT,
    REPLICA_SET,
    POD,
    SERVICE,
    ENDPOINTS,
    ENDPOINT_SLICE,
    NODE,
    NAMESPACE,
    STATEFUL_SET,
    DAEMON_SET,
    CONFIG_MAP,
    Kind("Secret", "api/v1", "secrets"),
    Kind("ServiceAccount", "api/v1", "serviceaccounts"),
    Kind("ResourceQuota", "api/v1", "resourcequotas"),
    Kind("LimitRange", "api/v1", "limitranges"),
    Kind("PersistentVolumeClaim", "api/v1", "persistentvolumeclaims"),
    VOLUME,
    Kind("StorageClass", "apis/storage.k8s.io/v1", "storageclasses", namespaced=False),
    Kind("Job", "apis/batch/v1", "jobs"),
    Kind("CronJob", "apis/batch/v1", "cronjobs"),
    Kind("Ingress", _NETWORKING, "ingresses"),
    Kind("IngressClass", _NETWORKING, "ingressclasses", namespaced=False),
    Kind("NetworkPolicy", _NETWORKING, "networkpolicies"),
    Kind("Gateway", _GATEWAY, "gateways"),
    Kind("GatewayClass", _GATEWAY, "gatewayclasses", namespaced=False),
    Kind("HTTPRoute", _GATEWAY, "httproutes"),
    Kind("PodDisruptionBudget", "apis/policy/v1", "poddisruptionbudgets"),
    Kind("RoleBinding", "apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    CLUSTER_BINDING,
    *HOOKS,
    AUTOSCALER,
)

WORKLOADS = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)
"""The kinds that keep pods running from a template."""

_BY_NAME = {spelling: kind for kind in KINDS for spelling in (kind.name.lower(), kind.plural)}


def find(name: str) -> Kind:
    """Return the kind of that name, singular or plural, in any case.

    Raises:
        RefusedError: This server does not read such objects.
    """
    kind = _BY_NAME.get(name.lower())
    if kind is None:
        known = ", ".join(kind.name for kind in KINDS)
        raise RefusedError("invalid_arguments", f"kind {name!r} is not one of {known}")
    return kind


def workload(name: str) -> Kind:
    """Return the kind of workload of that name.

    Raises:
        RefusedError: It is no workload.
    """
    kind = find(name)
    if kind not in WORKLOADS:
        known = ", ".join(each.name for each in WORKLOADS)
        raise RefusedError("invalid_arguments", f"a {kind.name} is no workload: one of {known} is")
    return kind
