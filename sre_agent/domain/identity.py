"""Which service an alert is about, and whether it is about anything at all."""

import re

from sre_agent.domain.alert import Alert, Severity

_EXPLICIT = ("service", "app_kubernetes_io_name", "app", "deployment", "statefulset", "daemonset")
_HEARTBEATS = frozenset({"Watchdog", "InfoInhibitor", "DeadMansSwitch"})

# Programs that report about others: their name says who saw it, not who suffers.
_EXPORTERS = re.compile(
    r"(^|[-/])(kube-state-metrics|node-exporter|cadvisor|kubelet|blackbox-exporter|prometheus)$"
)

# Kubernetes makes suffixes of these letters only, so that they never spell a word.
_SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
_GENERATED = (
    ("replicaset", re.compile(rf"(?<=.)-{_SAFE}{{6,10}}$")),
    ("cronjob", re.compile(r"-\d+$")),
    ("job_name", re.compile(r"-\d+$")),
)
"""What a workload makes, with what is appended to its name."""
_POD_SUFFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?P<owner>.+)-{_SAFE}{{6,10}}-{_SAFE}{{5}}$",  # of a Deployment's ReplicaSet
        r"^(?P<owner>.+)-\d{1,4}$",  # of a StatefulSet
        rf"^(?P<owner>.+)-{_SAFE}{{5}}$",  # of a DaemonSet or Job
    )
)


def service_of(alert: Alert) -> str:
    """Return the name of the thing that suffers, as well as the labels tell it.

    A service named outright wins over a workload, a workload over its pod, a pod over a node, that
    over the scrape job; with nothing of these, the alert's own name.
    """
    labels = alert.labels
    for label in _EXPLICIT:
        name = labels.get(label, "")
        if name and not _EXPORTERS.search(name):
            return name
    for label, suffix in _GENERATED:
        if labels.get(label):
            return suffix.sub("", labels[label])
    if labels.get("pod") and not _EXPORTERS.search(owner_of(labels["pod"])):
        return owner_of(labels["pod"])
    if labels.get("node"):
        return labels["node"]
    job = labels.get("job", "").rpartition("/")[2]
    return job if job and not _EXPORTERS.search(job) else alert.name


def owner_of(pod: str) -> str:
    """Return a pod's name without what its controller appended."""
    for suffix in _POD_SUFFIXES:
        match = suffix.match(pod)
        if match:
            return match["owner"]
    return pod


def is_actionable(alert: Alert) -> bool:
    """Return whether the alert says that something is wrong: heartbeats and severity none do not."""
    return alert.severity is not Severity.NONE and alert.name not in _HEARTBEATS
