"""What the set calls the faults, and what kind of object each is blamed on."""

from collections.abc import Mapping
from typing import NamedTuple

from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass as Fault

APP, NODE, NAMESPACE = "app", "node", "namespace"


class Label(NamedTuple):
    """A fault as the set writes it."""

    taxonomy: str
    root_cause: str
    target: str = APP


def _admission(cause: str, target: str = NAMESPACE) -> Label:
    return Label("Admission_Fault", cause, target)


def _scheduling(cause: str) -> Label:
    return Label("Scheduling_Fault", cause)


def _infrastructure(cause: str) -> Label:
    return Label("Infrastructure_Fault", cause, NODE)


def _startup(cause: str) -> Label:
    return Label("Startup_Fault", cause)


def _runtime(cause: str) -> Label:
    return Label("Runtime_Fault", cause)


def _routing(cause: str) -> Label:
    return Label("Service_Routing_Fault", cause)


def _performance(cause: str) -> Label:
    return Label("Performance_Fault", cause)


LABELS: Mapping[Fault, Label] = {
    Fault.QUOTA_CPU_EXCEEDED: _admission("namespace_cpu_quota_exceeded"),
    Fault.QUOTA_MEMORY_EXCEEDED: _admission("namespace_memory_quota_exceeded"),
    Fault.QUOTA_PODS_EXCEEDED: _admission("namespace_pod_quota_exceeded"),
    Fault.QUOTA_SERVICES_EXCEEDED: _admission("namespace_service_quota_exceeded"),
    Fault.QUOTA_STORAGE_EXCEEDED: _admission("namespace_storage_quota_exceeded"),
    Fault.MISSING_SERVICE_ACCOUNT: _admission("missing_service_account", APP),
    Fault.NODE_CORDONED: _scheduling("node_cordon_mismatch"),
    Fault.NODE_AFFINITY_MISMATCH: _scheduling("node_affinity_mismatch"),
    Fault.NODE_SELECTOR_MISMATCH: _scheduling("node_selector_mismatch"),
    Fault.POD_ANTI_AFFINITY_CONFLICT: _scheduling("pod_anti_affinity_conflict"),
    Fault.TAINT_NOT_TOLERATED: _scheduling("taint_toleration_mismatch"),
    Fault.INSUFFICIENT_CPU: _scheduling("cpu_capacity_mismatch"),
    Fault.INSUFFICIENT_MEMORY: _scheduling("memory_capacity_mismatch"),
    Fault.CLAIM_SELECTOR_MISMATCH: _scheduling("pvc_selector_mismatch"),
    Fault.CLAIM_STORAGE_CLASS_MISMATCH: _scheduling("pvc_storage_class_mismatch"),
    Fault.MISSING_STORAGE_CLASS: _scheduling("pvc_storage_class_mismatch"),
    Fault.CLAIM_ACCESS_MODE_MISMATCH: _scheduling("pvc_access_mode_mismatch"),
    Fault.CLAIM_CAPACITY_MISMATCH: _scheduling("pvc_capacity_mismatch"),
    Fault.VOLUME_ALREADY_BOUND: _scheduling("pv_binding_occupied"),
    Fault.NODE_NETWORK_DELAY: _infrastructure("node_network_delay"),
    Fault.NODE_NETWORK_LOSS: _infrastructure("node_network_packet_loss"),
    Fault.CONTAINER_RUNTIME_UNAVAILABLE: _infrastructure("containerd_unavailable"),
    Fault.KUBELET_UNAVAILABLE: _infrastructure("kubelet_unavailable"),
    Fault.NODE_NOT_READY: _infrastructure("kubelet_unavailable"),
    Fault.KUBE_PROXY_UNAVAILABLE: _infrastructure("kube_proxy_unavailable"),
    Fault.SCHEDULER_UNAVAILABLE: _infrastructure("kube_scheduler_unavailable"),
    Fault.REGISTRY_DNS_FAILURE: _startup("image_registry_dns_failure"),
    Fault.REGISTRY_UNREACHABLE: _startup("image_registry_dns_failure"),
    Fault.IMAGE_UNAVAILABLE: _startup("incorrect_image_reference"),
    Fault.IMAGE_NOT_FOUND: _startup("incorrect_image_reference"),
    Fault.IMAGE_NAME_INVALID: _startup("incorrect_image_reference"),
    Fault.IMAGE_PULL_UNAUTHORIZED: _startup("missing_image_pull_secret"),
    Fault.VOLUME_PERMISSION_DENIED: _startup("volume_mount_permission_denied"),
    Fault.VOLUME_MOUNT_FAILED: _startup("volume_mount_permission_denied"),
    Fault.MISSING_SECRET: _startup("missing_secret_binding"),
    Fault.MISSING_SECRET_KEY: _startup("missing_secret_binding"),
    Fault.MISSING_CONFIGMAP: _startup("missing_secret_binding"),
    Fault.MISSING_CONFIGMAP_KEY: _startup("missing_secret_binding"),
    Fault.MISSING_CONFIGURATION: _startup("missing_secret_binding"),
    Fault.OUT_OF_MEMORY: _runtime("oom_killed"),
    Fault.MEMORY_LEAK: _runtime("oom_killed"),
    Fault.LIVENESS_PROBE_WRONG_PROTOCOL: _runtime("liveness_probe_incorrect_protocol"),
    Fault.LIVENESS_PROBE_WRONG_PORT: _runtime("liveness_probe_incorrect_port"),
    Fault.STARTUP_PROBE_WRONG_PROTOCOL: _runtime("liveness_probe_incorrect_protocol"),
    Fault.STARTUP_PROBE_WRONG_PORT: _runtime("liveness_probe_incorrect_port"),
    Fault.LIVENESS_PROBE_TOO_STRICT: _runtime("liveness_probe_incorrect_timing"),
    Fault.READINESS_PROBE_WRONG_PROTOCOL: _runtime("readiness_probe_incorrect_protocol"),
    Fault.READINESS_PROBE_WRONG_PORT: _runtime("readiness_probe_incorrect_port"),
    Fault.PORT_CONFLICT: _runtime("service_sidecar_port_conflict"),
    Fault.DATABASE_INVALID_CREDENTIALS: _runtime("mysql_invalid_credentials"),
    Fault.DATABASE_WRONG_PORT: _runtime("mysql_invalid_port"),
    Fault.CONNECTIONS_EXHAUSTED: _runtime("db_connection_exhaustion"),
    Fault.DATABASE_READ_ONLY: _runtime("db_read_only"),
    Fault.ZERO_REPLICAS: _runtime("deployment_zero_replicas"),
    Fault.SERVICE_SELECTOR_MISMATCH: _routing("service_selector_mismatch"),
    Fault.SERVICE_TARGET_PORT_MISMATCH: _routing("service_port_mapping_mismatch"),
    Fault.SERVICE_PROTOCOL_MISMATCH: _routing("service_protocol_mismatch"),
    Fault.WRONG_SERVICE_ADDRESS: _routing("service_env_var_address_mismatch"),
    Fault.DNS_FAILURE: _routing("service_dns_resolution_failure"),
    Fault.GATEWAY_MISROUTE: _routing("gateway_misroute"),
    Fault.CPU_OVERLOAD: _performance("pod_cpu_overload"),
    Fault.CPU_THROTTLING: _performance("pod_cpu_overload"),
    Fault.POD_NETWORK_DELAY: _performance("pod_network_delay"),
    Fault.LATENCY_REGRESSION: _performance("pod_network_delay"),
}
"""The set's own words by our fault class; classes that it does not ask for are left out."""

_OF_MYSQL = frozenset({"mysql", "mariadb", "percona", ""})


def of(cause: Cause) -> Label | None:
    """Return what the set calls a cause; a wrong port of any database but MySQL is an address to it."""
    is_other = str(cause.facts.get("engine", "")) not in _OF_MYSQL
    if cause.fault_class is Fault.DATABASE_WRONG_PORT and is_other:
        return LABELS[Fault.WRONG_SERVICE_ADDRESS]
    return LABELS.get(cause.fault_class)
