"""Which streams are a service's: clusters label them differently, so the labels are looked at."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
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

_NAME = re.compile(r"[A-Za-z0-9][\w.:/-]{0,252}", re.ASCII)
_MAX_CACHED = 256

_Test = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """The streams of one service: how to select them, and the labels they carry."""

    selector: str
    streams: tuple[Mapping[str, str], ...]


@dataclass(slots=True)
class Streams:
    """Finds the streams of services, and remembers for a short time."""

    queries: Queries
    now_s: Callable[[], float] = time.monotonic
    _seen: dict[tuple[str, str], tuple[float, list[dict[str, str]]]] = field(default_factory=dict)

    async def source_of(self, namespace: str, service: str, window: Window, key: str) -> Source:
        """Return a service's streams. Windows with the same `key` share what is remembered.

        Raises:
            RefusedError: A name is not one.
            NoDataError: No stream of the window is known to be the service's.
        """
        _require_name("namespace", namespace)
        _require_name("service", service)
        for label in _NAMESPACE_LABELS:
            scope = f'{label}="{namespace}"'
            streams = await self._streams(scope, window, key)
            if not streams:
                continue
            for matcher, matches in _matchers(namespace, service):
                mine = tuple(stream for stream in streams if matches(stream))
                if mine:
                    return Source(f"{{{scope}, {matcher}}}", mine)
            raise NoDataError(
                f"none of the {len(streams)} log streams of namespace {namespace} is that of"
                f" {service} by label {', '.join(_SERVICE_LABELS)} or by pod name"
            )
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


def _matchers(namespace: str, service: str) -> Iterator[tuple[str, _Test]]:
    """Return the label matchers that may tell a service's streams from its neighbours', in order.

    Each comes with the same test on labels.
    """
    for label in _SERVICE_LABELS:
        for spelling in (service, f"{namespace}/{service}"):
            yield f'{label}="{spelling}"', _equals(label, spelling)
    for tail in _POD_TAILS:
        pattern = f"{re.escape(service)}(?:{tail})".replace(r"\-", "-")
        for label in POD_LABELS:
            yield f"{label}=~`{pattern}`", _fits(label, re.compile(pattern))


def _equals(label: str, value: str) -> _Test:
    return lambda stream: stream.get(label) == value


def _fits(label: str, pattern: re.Pattern[str]) -> _Test:
    return lambda stream: bool(pattern.fullmatch(stream.get(label, "")))
