"""What kubectl was asked, so that each text is known to be the answer to something."""

from dataclasses import dataclass

from sre_agent.domain.ids import EvidenceId

_KINDS = {
    "Pod": "pod pods po",
    "Deployment": "deployment deployments deploy",
    "ReplicaSet": "replicaset replicasets rs",
    "StatefulSet": "statefulset statefulsets sts",
    "DaemonSet": "daemonset daemonsets ds",
    "Job": "job jobs",
    "CronJob": "cronjob cronjobs cj",
    "HorizontalPodAutoscaler": "horizontalpodautoscaler horizontalpodautoscalers hpa",
    "PodDisruptionBudget": "poddisruptionbudget poddisruptionbudgets pdb",
    "Service": "service services svc",
    "Endpoints": "endpoint endpoints ep",
    "Ingress": "ingress ingresses ing",
    "NetworkPolicy": "networkpolicy networkpolicies netpol",
    "PersistentVolumeClaim": "persistentvolumeclaim persistentvolumeclaims pvc",
    "PersistentVolume": "persistentvolume persistentvolumes pv",
    "StorageClass": "storageclass storageclasses sc",
    "Node": "node nodes no",
    "Namespace": "namespace namespaces ns",
    "ResourceQuota": "resourcequota resourcequotas quota",
    "LimitRange": "limitrange limitranges limits",
    "ConfigMap": "configmap configmaps cm",
    "Secret": "secret secrets",
    "ServiceAccount": "serviceaccount serviceaccounts sa",
    "RoleBinding": "rolebinding rolebindings",
    "ClusterRoleBinding": "clusterrolebinding clusterrolebindings",
    "Event": "event events ev",
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}
CLUSTER_WIDE = frozenset(
    {"Node", "PersistentVolume", "StorageClass", "Namespace", "ClusterRoleBinding"}
)
"""The kinds without a namespace."""
_OPTIONS = {"wide": "-o wide", "labels": "--show-labels", "yaml": "-o yaml"}


def kind_of(word: str) -> str | None:
    """Return the kind a word of kubectl means, such as `po`, `pods` or `deployments.apps`."""
    return _BY_WORD.get(word.lower().partition(".")[0])


@dataclass(frozen=True, slots=True)
class Question:
    """One call of kubectl. An empty name means all of a kind, an empty namespace all of them.

    `verb` is get, describe or logs; `output` is empty, wide, labels (`--show-labels`) or yaml;
    for logs, `container` names the container and `is_previous` the run before.
    """

    verb: str
    kind: str
    name: str = ""
    namespace: str = ""
    output: str = ""
    container: str = ""
    is_previous: bool = False

    @property
    def evidence_id(self) -> EvidenceId:
        """Return the call as a person would type it, which names its answer."""
        words = (
            "kubectl",
            self.verb,
            "" if self.verb == "logs" else self.kind.lower(),
            self.name,
            f"-n {self.namespace}" if self.namespace else "",
            _OPTIONS.get(self.output, ""),
            f"-c {self.container}" if self.container else "",
            "--previous" if self.is_previous else "",
        )
        return EvidenceId(" ".join(word for word in words if word))
