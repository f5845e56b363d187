"""The defaults of pods and of pod templates."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

_TOLERATED = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_TOLERATION_S = 300
_FILE_MODE = 0o644
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def fill_spec(spec: Object) -> None:
    """Fill in what a pod template and a pod have in common."""
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        _fill_container(container)
    for volume in spec.get("volumes") or ():
        _fill_volume(volume)
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    if "serviceAccountName" in spec:
        spec.setdefault("serviceAccount", spec["serviceAccountName"])
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")


def fill_pod(pod: Object) -> None:
    """Fill in a pod, with what admission adds to one."""
    spec = pod.setdefault("spec", {})
    fill_spec(spec)
    spec.setdefault("serviceAccountName", "default")
    spec.setdefault("serviceAccount", spec["serviceAccountName"])
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        _request_limits(container)
    known = {item.get("key") for item in spec.get("tolerations") or ()}
    added = [
        {
            "key": key,
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": _TOLERATION_S,
        }
        for key in _TOLERATED
        if key not in known
    ]
    if added:
        spec["tolerations"] = [*(spec.get("tolerations") or ()), *added]
    spec.setdefault("priority", 0)
    spec.setdefault("enableServiceLinks", True)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    status = pod.setdefault("status", {})
    status.setdefault("phase", "Pending")
    status.setdefault("qosClass", quality_of_service(spec))


def quality_of_service(spec: Object) -> str:
    """Return the pod's class: Guaranteed, Burstable or BestEffort."""
    containers = spec.get("containers") or ()
    resources = [container.get("resources") or {} for container in containers]
    if not any(item.get("requests") or item.get("limits") for item in resources):
        return "BestEffort"
    for item in resources:
        limits = item.get("limits") or {}
        if not {"cpu", "memory"} <= limits.keys() or (item.get("requests") or limits) != limits:
            return "Burstable"
    return "Guaranteed"


def _fill_container(container: Object) -> None:
    container.setdefault("resources", {})
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("imagePullPolicy", _pull_policy(container.get("image", "")))
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
    for name in _PROBES:
        if container.get(name):
            _fill_probe(container[name])
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            reference.setdefault("apiVersion", "v1")


def _fill_probe(probe: Object) -> None:
    if "httpGet" in probe:
        probe["httpGet"].setdefault("path", "/")
        probe["httpGet"].setdefault("scheme", "HTTP")
    probe.setdefault("timeoutSeconds", 1)
    probe.setdefault("periodSeconds", 10)
    probe.setdefault("successThreshold", 1)
    probe.setdefault("failureThreshold", 3)


def _fill_volume(volume: Object) -> None:
    for source in ("configMap", "secret", "downwardAPI", "projected"):
        if source in volume:
            volume[source].setdefault("defaultMode", _FILE_MODE)
    if volume.keys() == {"name"}:
        volume["emptyDir"] = {}


def _request_limits(container: Object) -> None:
    """A container that only names limits requests as much as it is limited to."""
    resources = container["resources"]
    limits = resources.get("limits") or {}
    requests = {**limits, **(resources.get("requests") or {})}
    if requests and requests != resources.get("requests"):
        resources["requests"] = requests


def _pull_policy(image: str) -> str:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in {"", "latest"} and "@" not in image else "IfNotPresent"
