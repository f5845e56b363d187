"""Images that look like a misspelling of one that works."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from sre_agent.diagnosis.kubernetes.images.complaints import Complaint
from sre_agent.diagnosis.kubernetes.view import View

_ALIKE = 0.85
"""Of 1: one letter changed, left out or swapped in a name of ordinary length stays above it."""


def is_misspelt(view: View, item: Complaint) -> bool:
    """Return whether the repository is nearly, but not quite, one that runs or was run before."""
    repository = repository_of(item.image)
    return (
        repository != ""
        and any(
            other != repository and SequenceMatcher(None, other, repository).ratio() >= _ALIKE
            for other in _known(view, item)
        )
        and repository not in set(_known(view, item))
    )


def repository_of(image: str) -> str:
    """Return an image's name without tag and digest."""
    name = image.partition("@")[0]
    path, slash, last = name.rpartition("/")
    return path + slash + last.partition(":")[0]


def _known(view: View, item: Complaint) -> Iterator[str]:
    """Return the repositories of the workload's other revisions, and of pods that run."""
    for replicaset in view.snapshot.replicasets:
        if item.owner in replicaset.meta.owners:
            for container in replicaset.template.containers:
                if container.image != item.image:
                    yield repository_of(container.image)
    for pod in view.snapshot.pods:
        if pod.ready:
            for container in pod.spec.containers:
                yield repository_of(container.image)
