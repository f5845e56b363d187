"""What nodes say of configuration that they did not find for a pod."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import Pod, Reference
from sre_agent.domain.ids import EvidenceId

_WHOLE = re.compile(
    r'(?P<kind>secret|config ?map)s? "(?P<name>[^"]+)" not found|'
    r'object "[^"/]*"/"(?P<unregistered>[^"]+)" not registered',
    re.IGNORECASE,
)
_KEY = re.compile(
    r"couldn't find key (?P<key>\S+) in (?P<kind>secret|config ?map) \S*?/?(?P<name>[^\s/]+)$|"
    r"references non-?existent (?P<other>secret|config ?map|config) key:? (?P<lost>\S+)",
    re.IGNORECASE | re.MULTILINE,
)
_VOLUME = re.compile(r'volume "(?P<volume>[^"]+)"')


@dataclass(frozen=True)
class Absence:
    """What a pod asked for and did not get, in the words of its node."""

    pod: Pod
    reference: Reference
    said: str
    evidence: tuple[EvidenceId, ...]


def absences(view: View) -> Iterator[Absence]:
    """Return what is said to be missing of each pod that does not run for it."""
    for pod in view.snapshot.pods:
        if pod.ready or pod.phase in {"Succeeded", "Failed"} or _all_run(pod):
            continue
        for said, ids in _words(view, pod):
            reference = _reference(pod, said)
            if reference:
                yield Absence(pod, reference, said, (pod.meta.source, *ids))


def _all_run(pod: Pod) -> bool:
    return bool(pod.statuses) and all(item.state == "running" for item in pod.statuses)


def _words(view: View, pod: Pod) -> Iterator[tuple[str, tuple[EvidenceId, ...]]]:
    for status in pod.statuses:
        if status.state == "waiting" and status.message:
            yield status.message, ()
    for event in view.events_of.get(pod.meta.ref, ()):
        if event.type != "Normal" and event.reason in {"Failed", "FailedMount"}:
            yield event.message, (event.source,)


def _reference(pod: Pod, said: str) -> Reference | None:
    key = _KEY.search(said.strip())
    if key and key["name"]:
        return Reference(kind=_kind(key["kind"]), name=key["name"].strip("."), key=key["key"])
    if key:
        return _of_volume(pod, said, key["lost"].strip("."))
    whole = _WHOLE.search(said)
    if whole and whole["name"]:
        return Reference(kind=_kind(whole["kind"]), name=whole["name"])
    return None


def _of_volume(pod: Pod, said: str, key: str) -> Reference | None:
    """Return the key of what a volume holds, where only the volume is named."""
    named = _VOLUME.search(said)
    for volume in pod.spec.volumes:
        if named and volume.name == named["volume"] and volume.reference:
            return Reference(kind=volume.reference.kind, name=volume.reference.name, key=key)
    kind = "Secret" if "secret" in said.lower() else "ConfigMap"
    return Reference(kind=kind, name="", key=key)


def _kind(word: str) -> str:
    return "Secret" if word.lower() == "secret" else "ConfigMap"
