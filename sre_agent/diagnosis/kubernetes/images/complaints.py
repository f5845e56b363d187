"""What nodes say of images that they cannot get, pod by pod."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerStatus, Pod
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    }
)
_PULL = re.compile(
    r"Failed to pull image|Failed to apply default image tag|Failed to inspect image"
)
_IMAGE = re.compile(r'(?:image|reference) "?(?P<image>[^"\s]+)"?')
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Complaint:
    """An image that a pod waits for: why in the node's words, as full as they were read."""

    owner: ObjectRef
    pod: Pod
    container: str
    image: str
    reason: str
    said: str
    evidence: tuple[EvidenceId, ...]


def complaints(view: View) -> Iterator[Complaint]:
    """Return what is said of each container that waits for its image."""
    for pod in view.snapshot.pods:
        for status in pod.statuses:
            if status.state != "running" and status.reason in _REASONS:
                yield _complaint(view, pod, status)


def _complaint(view: View, pod: Pod, status: ContainerStatus) -> Complaint:
    events = [
        item
        for item in view.events_of.get(pod.meta.ref, ())
        if item.type != "Normal" and _PULL.search(item.message)
    ]
    events.sort(key=lambda item: (item.last_at or _LONG_AGO, item.message))
    image = _image(pod, status)
    own = [item for item in events if image and image in item.message] or events
    last = own[-1] if own else None
    said = " ".join(part for part in (last.message if last else "", status.message) if part)
    named = _IMAGE.search(said)
    return Complaint(
        owner=view.owner_of(pod),
        pod=pod,
        container=status.name,
        image=image or (named["image"] if named else ""),
        reason=status.reason,
        said=said or status.reason,
        evidence=(pod.meta.source, last.source) if last else (pod.meta.source,),
    )


def _image(pod: Pod, status: ContainerStatus) -> str:
    specs = (*pod.spec.containers, *pod.spec.init_containers)
    asked = next((item.image for item in specs if item.name == status.name), "")
    return asked or status.image
