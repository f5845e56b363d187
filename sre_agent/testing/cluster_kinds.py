"""Where in a snapshot each kind of thing stands."""

from sre_agent.domain.cluster import meta, network, nodes, pods, rules, snapshot, storage, workloads

_WORKLOADS = {
    "Deployment": "deployments",
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
}
_CLASSES = {"IngressClass": "ingress_classes", "GatewayClass": "gateway_classes"}
_BY_TYPE: dict[type, str] = {
    pods.Pod: "pods",
    workloads.Job: "jobs",
    workloads.CronJob: "cronjobs",
    workloads.Autoscaler: "autoscalers",
    workloads.DisruptionBudget: "disruption_budgets",
    network.Service: "services",
    network.Endpoints: "endpoints",
    network.Ingress: "ingresses",
    network.Gateway: "gateways",
    network.HttpRoute: "http_routes",
    network.NetworkPolicy: "network_policies",
    network.Connectivity: "connectivity",
    network.Call: "calls",
    storage.Claim: "claims",
    storage.PersistentVolume: "volumes",
    storage.StorageClass: "storage_classes",
    nodes.Node: "nodes",
    nodes.NodeService: "node_services",
    rules.Quota: "quotas",
    rules.LimitRange: "limit_ranges",
    rules.ConfigMap: "configmaps",
    rules.Secret: "secrets",
    rules.ServiceAccount: "service_accounts",
    rules.Binding: "bindings",
    rules.Webhook: "webhooks",
    meta.Event: "events",
    snapshot.ContainerLog: "logs",
}
FIELDS = (*_BY_TYPE.values(), *_WORKLOADS.values(), *_CLASSES.values())
"""Every field of a snapshot that holds things."""
KINDS = (
    *_WORKLOADS,
    *_CLASSES,
    "ConfigMap",
    "CronJob",
    "Endpoints",
    "Event",
    "Gateway",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "LimitRange",
    "NetworkPolicy",
    "Node",
    "NodeService",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "ResourceQuota",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StorageClass",
    "ValidatingWebhookConfiguration",
)
"""Every kind that may be said to be listed completely."""


def field_of(item: object) -> str:
    """Return the field of a snapshot where a thing stands.

    Raises:
        TypeError: No snapshot holds such a thing.
    """
    match item:
        case workloads.Workload(meta=about):
            return _WORKLOADS[about.ref.kind]
        case network.ClassOf(meta=about):
            return _CLASSES[about.ref.kind]
        case _:
            pass
    field = _BY_TYPE.get(type(item))
    if field is None:
        raise TypeError(f"a snapshot holds no {type(item).__name__}; give it a thing of a cluster")
    return field
