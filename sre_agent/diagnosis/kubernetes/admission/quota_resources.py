"""Which quota is meant by the name of a resource."""

from sre_agent.domain.faults import FaultClass

_BY_NAME = {
    "cpu": FaultClass.QUOTA_CPU_EXCEEDED,
    "memory": FaultClass.QUOTA_MEMORY_EXCEEDED,
    "pods": FaultClass.QUOTA_PODS_EXCEEDED,
    "services": FaultClass.QUOTA_SERVICES_EXCEEDED,
    "storage": FaultClass.QUOTA_STORAGE_EXCEEDED,
    "ephemeral-storage": FaultClass.QUOTA_STORAGE_EXCEEDED,
    "persistentvolumeclaims": FaultClass.QUOTA_STORAGE_EXCEEDED,
}


def fault_of(resource: str) -> FaultClass:
    """Return the class of a quota on `limits.cpu`, `count/pods`, `services.nodeports` and so on."""
    name = resource.removeprefix("requests.").removeprefix("limits.").removeprefix("count/")
    if ".storageclass.storage.k8s.io/" in name:
        return FaultClass.QUOTA_STORAGE_EXCEEDED
    if name.startswith("services."):
        return FaultClass.QUOTA_SERVICES_EXCEEDED
    return _BY_NAME.get(name, FaultClass.QUOTA_OBJECTS_EXCEEDED)
