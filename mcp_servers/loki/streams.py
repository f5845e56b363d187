"""Which streams are a service's: clusters label them differently, so the labels are looked at."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mcp_servers.common.envelope import NoDataError, RefusedError
from mcp_servers.loki.complaints import POD_LABELS
from mcp_servers.loki.queries import Queries
from mcp_servers.loki.window import Window

CACHED_S = 30.0
"""How long labels are remembered."""

_NAMESPACE_LABELS = (
    "namespace",
    "k8s_namespace_name",
    "kubernetes_namespace_name",
    "kubernetes_namespace",
    "namespace_name",
)
_SERVICE_LABELS = (
    "app",
    "app_kubernetes_io_name",
    "service",
    "service_name",
    "k8s_deployment_name",
    "deployment",
    "container",
    "k8s_container_name",
    "container_name",
    "job",
)
_POD_CHARS = "[bcdfghjklmnpqrstvwxz2456789]"
"""What Kubernetes makes the random parts of names from."""

_POD_TAILS = (
    rf"-{_POD_CHARS}{{1,10}}-{_POD_CHARS}{{5}}|-{_POD_CHARS}{{5}}|-\d{{1,5}}",
    r"-[a-z0-9]+(?:-[a-z0-9]+)?",
)
"""How a pod's name goes on after its workload's: first as Kubernetes does, then more loosely."""

_NAME = re.compile(r"[A-Za-z0-9][\w.:/-]{0,252}")
_MAX_CACHED = 256


@dataclass(slots=True)
class Streams:
    """Finds the streams of services, and remembers for a short time."""

    queries: Queries
    now_s: Callable[[], float] = time.monotonic
    _seen: dict[tuple[str, str], tuple[float, list[dict[str, str]]]] = field(default_factory=dict)

    async def selector_of(self, namespace: str, service: str, window: Window, key: str) -> str:
        """Return the stream selector of a service. Windows with the same `key` share the memory.

        Raises:
            RefusedError: A name is not one.
            NoDataError: No stream of the window is known to be the service's.
        """
        _require_name("namespace", namespace)
        _require_name("service", service)
        for label in _NAMESPACE_LABELS:
            scope = f'{label}="{namespace}"'
            streams = await self._streams(scope, window, key)
            if streams:
                matcher = _matcher(streams, namespace, service)
                if matcher is None:
                    raise NoDataError(
                        f"none of the {len(streams)} log streams of namespace {namespace} is"
                        f" that of {service} by label {', '.join(_SERVICE_LABELS)} or by pod name"
                    )
                return f"{{{scope}, {matcher}}}"
        raise NoDataError(f"Loki has no log streams of namespace {namespace} in this window")

    async def _streams(self, scope: str, window: Window, key: str) -> list[dict[str, str]]:
        known = self._seen.get((scope, key))
        if known and self.now_s() - known[0] < CACHED_S:
            return known[1]
        found = await self.queries.label_sets(f"{{{scope}}}", window)
        if len(self._seen) >= _MAX_CACHED:
            self._seen.clear()
        self._seen[scope, key] = (self.now_s(), found)
        return found


def _require_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RefusedError("invalid_arguments", f"{what} {name[:100]!r} is not a name")


def _matcher(streams: Iterable[dict[str, str]], namespace: str, service: str) -> str | None:
    """Return the label matcher that tells a service's streams from its neighbours'."""
    streams = list(streams)
    for label in _SERVICE_LABELS:
        values = {stream.get(label) for stream in streams}
        for spelling in (service, f"{namespace}/{service}"):
            if spelling in values:
                return f'{label}="{spelling}"'
    return next(_pod_matchers(streams, service), None)


def _pod_matchers(streams: list[dict[str, str]], service: str) -> Iterator[str]:
    for tail in _POD_TAILS:
        pattern = f"{re.escape(service)}(?:{tail})".replace(r"\-", "-")
        for label in POD_LABELS:
            if any(re.fullmatch(pattern, stream.get(label, "")) for stream in streams):
                yield f"{label}=~`{pattern}`"
