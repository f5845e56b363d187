"""The labels by which a series says which namespace and service it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_servers.prometheus.promql import Matcher, literal

_GENERATED = "[bcdfghjklmnpqrstvwxz2456789]"
"""What Kubernetes builds generated names of: no vowels, so that hardly any word is one."""

GENERATED_SUFFIX = f"({_GENERATED}{{6,10}}-{_GENERATED}{{5}}|{_GENERATED}{{5}}|[0-9]+)"
"""What comes after the name of a pod's owner and a dash."""

POD_OF = "{service}-" + GENERATED_SUFFIX.replace("{", "{{").replace("}", "}}")
"""Pods of a Deployment, of a DaemonSet, of a StatefulSet. A looser pattern would give `cart` the
pods of `cart-redis`."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One way of saying it: matchers whose values hold `{namespace}` and `{service}`."""

    matchers: tuple[Matcher, ...]
    pod_label: str = ""
    """The label that names the service's own pod; empty where a proxy in between reports."""

    def of(self, namespace: str, service: str) -> tuple[Matcher, ...]:
        """Return the matchers for one service."""
        return tuple(_filled(matcher, namespace, service) for matcher in self.matchers)


def _filled(matcher: Matcher, namespace: str, service: str) -> Matcher:
    if matcher.op in {"=~", "!~"}:
        namespace, service = literal(namespace), literal(service)
    value = matcher.value.format(namespace=namespace, service=service)
    return Matcher(matcher.label, matcher.op, value)


def owner(pod_label: str = "", **labels: str) -> Owner:
    """Return an owner whose labels equal these values; a value with a `(` is a pattern."""
    matchers = (
        Matcher(label, "=~" if "(" in value else "=", value) for label, value in labels.items()
    )
    return Owner(tuple(matchers), pod_label)


_SERVICE_LABELS = (
    "service",
    "app",
    "app_kubernetes_io_name",
    "deployment",
    "kubernetes_name",
    "service_name",
    "k8s_deployment_name",
    "container",
    "k8s_container_name",
)

_WORKLOAD_LABELS = (
    "workload",
    "statefulset",
    "daemonset",
    "exported_service",
    "destination_workload",
    "destination_service_name",
)
"""Labels that alerts have besides."""

_NAMESPACE_LABELS = (
    ("namespace", "pod"),
    ("kubernetes_namespace", "kubernetes_pod_name"),
    ("k8s_namespace_name", "k8s_pod_name"),
)
"""Labels of the namespace, each with the label of the pod that goes with it."""


def _plain(namespace: str, pod: str) -> tuple[Owner, ...]:
    named = (
        *((label, "{service}") for label in _SERVICE_LABELS),
        ("job", "(.+/)?{service}"),
        ("exported_job", "(.+/)?{service}"),
        (pod, POD_OF),
    )
    return tuple(
        owner(pod_label=pod, **{namespace: "{namespace}", label: value}) for label, value in named
    )


PLAIN = tuple(each for pair in _NAMESPACE_LABELS for each in _plain(*pair))
"""The program reports itself; from the label that says it best to the one that says it worst."""

PODS = owner(pod_label="pod", namespace="{namespace}", pod=POD_OF)
"""What the node reports about pods."""


def is_in(labels: Mapping[str, str], namespace: str) -> bool:
    """Return whether labels place something in a namespace."""
    names = (*(label for label, _ in _NAMESPACE_LABELS), "exported_namespace")
    return any(labels.get(label) == namespace for label in names)


def is_about(labels: Mapping[str, str], service: str) -> bool:
    """Return whether labels name a service, by one label or another."""
    if any(labels.get(label) == service for label in (*_SERVICE_LABELS, *_WORKLOAD_LABELS)):
        return True
    patterns = (("job", "(.+/)?{service}"), *((pod, POD_OF) for _, pod in _NAMESPACE_LABELS))
    return any(
        re.fullmatch(pattern.format(service=literal(service)), labels.get(label, ""))
        for label, pattern in patterns
    )
