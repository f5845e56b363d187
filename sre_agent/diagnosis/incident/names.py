"""Which workload a name means: of a pod, a Service, a host in a URL, or a label of an alert."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sre_agent.domain.objects import CONTROLLERS, ObjectRef

_HOST = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s]*@)?(?P<host>[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?::\d+)?(?:[/?].*)?$",
    re.IGNORECASE,
)
LONGEST_ADDRESS = 512
"""Characters; what is longer is not an address that anyone wrote."""
# A generated pod name ends in a template hash and five characters of Kubernetes' safe alphabet,
# which has no vowels and no 0, 1, 3 (k8s.io/apimachinery, util/rand).
_SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
_POD_SUFFIX = re.compile(rf"-(?:{_SAFE}{{6,10}}-)?{_SAFE}{{5}}$")
_REPLICASET_SUFFIX = re.compile(rf"-{_SAFE}{{6,10}}$")
_ORDINAL_SUFFIX = re.compile(r"-\d+$")
_GENERATED = {
    ("Pod", "Deployment"): re.compile(rf"-{_SAFE}{{6,10}}-{_SAFE}{{5}}"),
    ("Pod", "ReplicaSet"): re.compile(rf"-{_SAFE}{{5}}"),
    ("Pod", "DaemonSet"): re.compile(rf"-{_SAFE}{{5}}"),
    ("Pod", "Job"): re.compile(rf"-{_SAFE}{{5}}"),
    ("Pod", "StatefulSet"): re.compile(r"-\d+"),
    ("Pod", "CronJob"): re.compile(rf"-\d{{8,}}-{_SAFE}{{5}}"),
    ("Job", "CronJob"): re.compile(r"-\d{8,}"),
    ("ReplicaSet", "Deployment"): re.compile(rf"-{_SAFE}{{6,10}}"),
}
"""What follows a workload's name in the names of what it makes, by the kinds of both."""


def host_of(address: str) -> str | None:
    """Return the host of `host`, `host:port` or a URL, lower case, or None when it is neither."""
    if len(address) > LONGEST_ADDRESS:
        return None
    found = _HOST.match(address.strip())
    return found["host"].lower() if found else None


def owner_guesses(name: str) -> tuple[str, ...]:
    """Return what a name may belong to: itself, then with generated suffixes taken off."""
    guesses = [name]
    guesses += [
        name[: found.start()]
        for suffix in (_POD_SUFFIX, _REPLICASET_SUFFIX, _ORDINAL_SUFFIX)
        if (found := suffix.search(name)) and found.start() > 0
    ]
    return tuple(dict.fromkeys(guesses))


def is_made_by(kind: str, name: str, owner: ObjectRef) -> bool:
    """Return whether an object has exactly the name that a workload gives to what it makes."""
    form = _GENERATED.get((kind, owner.kind))
    rest = name.removeprefix(owner.name)
    return form is not None and rest != name and form.fullmatch(rest) is not None


@dataclass(frozen=True)
class Names:
    """The workloads that are known, and the other names they go by.

    `services` and `pods` map (namespace, name) to the workload behind a Service or above a pod.
    """

    workloads: frozenset[ObjectRef] = frozenset()
    services: Mapping[tuple[str, str], ObjectRef] = field(default_factory=dict)
    pods: Mapping[tuple[str, str], ObjectRef] = field(default_factory=dict)

    def resolve(self, namespace: str, name: str) -> ObjectRef | None:
        """Return the workload that `name` means when it is said in `namespace`."""
        host = host_of(name)
        if not host:
            return None
        first, _, rest = host.partition(".")
        place = rest.partition(".")[0] if rest else namespace
        found = (self._exactly(place, guess) for guess in owner_guesses(first))
        return next((ref for ref in found if ref), None)

    def mentioned(self, namespace: str) -> Mapping[str, ObjectRef]:
        """Return every name by which something of the namespace can be mentioned in a text."""
        found = {ref.name: ref for ref in self.workloads if ref.namespace == namespace}
        found |= {name: ref for (place, name), ref in self.services.items() if place == namespace}
        return found

    def also_known_as(self, workload: ObjectRef) -> tuple[str, ...]:
        """Return the workload's own name and then those of its Services, in alphabetical order."""
        others = sorted(name for (_, name), ref in self.services.items() if ref == workload)
        return tuple(dict.fromkeys([workload.name, *others]))

    def _exactly(self, namespace: str, name: str) -> ObjectRef | None:
        for kind in CONTROLLERS:
            workload = ObjectRef(kind=kind, namespace=namespace, name=name)
            if workload in self.workloads:
                return workload
        return self.services.get((namespace, name)) or self.pods.get((namespace, name))


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether a selector (never an empty one) matches a set of labels."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def match_services(
    services: Sequence[tuple[ObjectRef, Mapping[str, str]]],
    workloads: Sequence[tuple[ObjectRef, Mapping[str, str]]],
) -> dict[tuple[str, str], ObjectRef]:
    """Return the workload behind each Service, from selectors and pod labels.

    A Service that selects several workloads (canary beside stable) belongs to the first by name.
    """
    bearers = _bearers(workloads)
    found: dict[tuple[str, str], ObjectRef] = {}
    for service, selector in services:
        borne = [bearers.get((service.namespace, *item), ()) for item in selector.items()]
        for workload, labels in min(borne, key=len, default=()):
            if selects(selector, labels):
                found.setdefault((service.namespace, service.name), workload)
    return found


_Labelled = tuple[ObjectRef, Mapping[str, str]]


def _bearers(workloads: Sequence[_Labelled]) -> dict[tuple[str, str, str], list[_Labelled]]:
    """Return the workloads of each namespace that bear a label, by it, in the order of their names."""
    found: dict[tuple[str, str, str], list[_Labelled]] = {}
    for workload, labels in sorted(workloads, key=lambda pair: str(pair[0])):
        for label, value in labels.items():
            found.setdefault((workload.namespace, label, value), []).append((workload, labels))
    return found
