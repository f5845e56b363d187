"""See whether a lab stands: which of its processes run, and which of its parts answer."""

from dataclasses import dataclass
from typing import Any

import httpx

from infrastructure.lab import identity
from infrastructure.lab.labdir import LabDir, read_json

HEALTH_PATHS = {
    "kubernetes": "/readyz",
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "loki": "/ready",
    "jaeger": "/api/services",
    "forge": "/ready",
    "frontend": "/",
}


@dataclass(frozen=True)
class Standing:
    """How a lab fares."""

    state: str
    """`up`, `starting`, `degraded`, `down`, or `broken` when processes outlived their supervisor."""
    processes: dict[str, dict[str, Any]]
    parts: dict[str, str]
    """For each part `ok`, or what is wrong with it."""


class NotUpError(Exception):
    """There is no lab up in the folder."""


def supervisor(lab: LabDir) -> identity.Identity | None:
    """Return the identity of the running supervisor."""
    known = _identity((read_json(lab.processes) or {}).get("supervisor"))
    return known if known is not None and identity.is_alive(known) else None


def living(lab: LabDir) -> list[identity.Identity]:
    """Return the children that run, with or without a supervisor."""
    children = (read_json(lab.processes) or {}).get("children", {})
    known = (_identity(child["identity"]) for child in children.values())
    return [child for child in known if child is not None and identity.is_alive(child)]


def record(lab: LabDir) -> dict[str, Any]:
    """Return the record of a lab that is up.

    Raises:
        NotUpError: when it is not, so that a stale record leads nobody to a stranger's server.
    """
    document = read_json(lab.record)
    running = supervisor(lab)
    if document is None or running is None or document.get("pid") != running.pid:
        raise NotUpError(f"no lab is up in {lab.root}; start one with: lab up")
    found: dict[str, Any] = document
    return found


def own_cluster(lab: LabDir) -> dict[str, Any]:
    """Return the record of a lab whose cluster is the one it started, and runs.

    Raises:
        NotUpError: when it is not: a port that the lab had may by now be a stranger's.
    """
    found = record(lab)
    child = (read_json(lab.processes) or {}).get("children", {}).get("cluster", {})
    known = _identity(child.get("identity"))
    if known is None or not identity.is_alive(known):
        raise NotUpError(f"the cluster of the lab in {lab.root} has died: down, then up")
    own = read_json(lab.cluster / "cluster.json") or {}
    if own.get("pid") != known.pid or own.get("url") != found["kubernetes"]["url"]:
        raise NotUpError(f"{found['kubernetes']['url']} is not the cluster this lab started")
    return found


def examine(lab: LabDir) -> Standing:
    """Look at the processes and ask each part whether it is well."""
    children = (read_json(lab.processes) or {}).get("children", {})
    processes = {name: _process(child) for name, child in children.items()}
    try:
        parts = _parts(record(lab))
    except NotUpError:
        parts = {}
    return Standing(_state(lab, processes, parts), processes, parts)


def _state(lab: LabDir, processes: dict[str, dict[str, Any]], parts: dict[str, str]) -> str:
    if supervisor(lab) is None:
        return "broken" if living(lab) else "down"
    if not parts:
        return "starting"
    is_whole = all(process["running"] for process in processes.values())
    return "up" if is_whole and set(parts.values()) == {"ok"} else "degraded"


def _parts(document: dict[str, Any]) -> dict[str, str]:
    with httpx.Client(timeout=3.0, trust_env=False) as client:
        return {
            name: _health(client, document[name]["url"] + path)
            for name, path in HEALTH_PATHS.items()
        }


def _health(client: httpx.Client, url: str) -> str:
    try:
        status = client.get(url).status_code
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return "ok" if status == httpx.codes.OK else f"HTTP {status}"


def _process(child: dict[str, Any]) -> dict[str, Any]:
    known = _identity(child["identity"])
    return {
        "pid": None if known is None else known.pid,
        "running": known is not None and identity.is_alive(known),
        "restarts": child["restarts"],
        "last_exit": child["last_exit"],
    }


def _identity(document: dict[str, int] | None) -> identity.Identity | None:
    return None if document is None else identity.Identity(**document)
