"""Routes that a gateway's configuration file holds: which path goes to whom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.domain.cluster.rules import ConfigMap

_SPRING_ID = re.compile(r"^\s*-?\s*id:\s*['\"]?([\w.-]+)")
_SPRING_URI = re.compile(r"^\s*-?\s*uri:\s*['\"]?[\w+:]+//(\S+?)['\"]?\s*$")
_SPRING_PATH = re.compile(r"Path=([^\s'\",]+)")
_NGINX_PATH = re.compile(r"^\s*location\s+(?:[=~^*]+\s+)?(/[^\s{]*)")
_NGINX_PASS = re.compile(r"^\s*proxy_pass\s+https?://([^\s;/]+)")
_NGINX_UPSTREAM = re.compile(r"upstream\s+([\w.-]+)\s*\{[^}]*?server\s+([\w.:-]+)", re.DOTALL)
_ENVOY_PATH = re.compile(r"^\s*-?\s*(?:match:\s*\{\s*)?(?:prefix|path):\s*['\"]?(/[^\s'\"}]*)")
_ENVOY_CLUSTER = re.compile(r"\bcluster:\s*['\"]?([\w.|-]+)")
_DEFAULTED = re.compile(r"^\$\{(\w+)(?::([^}]*))?\}(.*)$")


@dataclass(frozen=True)
class Route:
    """A path, and the host that gets its requests; `variable` may replace the host."""

    path: str
    host: str
    port: int | None = None
    name: str = ""
    variable: str = ""


def read(item: ConfigMap) -> tuple[Route, ...]:
    """Return the routes in a ConfigMap's files (Spring Cloud Gateway, nginx, Envoy)."""
    return tuple(route for key in sorted(item.data) for route in _read(item.data[key]))


def _read(text: str) -> Iterator[Route]:
    if "Path=" in text:
        yield from _spring(text)
    elif "proxy_pass" in text:
        yield from _nginx(text)
    elif "route_config" in text or "virtual_hosts" in text:
        yield from _envoy(text)


def _spring(text: str) -> Iterator[Route]:
    name, target = "", ""
    for line in text.splitlines():
        if found := _SPRING_ID.match(line):
            name, target = str(found[1]), ""
        elif found := _SPRING_URI.match(line):
            target = str(found[1])
        elif target and (found := _SPRING_PATH.search(line)):
            yield _route(found[1], target, name)


def _nginx(text: str) -> Iterator[Route]:
    upstreams = dict(_NGINX_UPSTREAM.findall(text))
    path = ""
    for line in text.splitlines():
        if found := _NGINX_PATH.match(line):
            path = found[1]
        elif path and (found := _NGINX_PASS.match(line)):
            host = str(found[1])
            yield _route(path, str(upstreams.get(host, host)), "")


def _envoy(text: str) -> Iterator[Route]:
    path = ""
    for line in text.splitlines():
        if found := _ENVOY_PATH.match(line):
            path = found[1]
        if path and (found := _ENVOY_CLUSTER.search(line)):
            yield _route(path, found[1], "")
            path = ""


def _route(path: str, target: str, name: str) -> Route:
    variable = ""
    if found := _DEFAULTED.match(target):
        variable, target = str(found[1]), f"{found[2] or ''}{found[3]}"
    host, _, port = target.partition("/")[0].partition(":")
    return Route(path, host, int(port) if port.isdigit() else None, name, variable)
