"""The labels of a pod's streams, from where its log lies and what lies beside it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infrastructure.lab.logs.store import Pairs

LABELS_FILE: Final = "labels.json"
# Generated names: a template hash and a suffix without vowels, or a stateful set's ordinal.
_SUFFIX = "[bcdfghjklmnpqrstvwxz2456789]{5}"
_HASH = "(?:[a-z0-9]*[0-9][a-z0-9]*|[bcdfghjklmnpqrstvwxz2456789]{5,10})"
_GENERATED = (
    re.compile(rf"(?P<app>.+?)-(?=[a-z0-9]{{3,10}}-){_HASH}-{_SUFFIX}"),
    re.compile(r"(?P<app>.+)-\d+"),
)


@dataclass(frozen=True, slots=True)
class PodFolder:
    """A folder `namespace_pod_uid` and the application its pod belongs to."""

    namespace: str
    pod: str
    app: str

    def stream_labels(self, container: str, cluster: str) -> Pairs:
        """Return the labels of one container's stream, sorted by name."""
        return (
            ("app", self.app),
            ("cluster", cluster),
            ("container", container),
            ("namespace", self.namespace),
            ("pod", self.pod),
            ("service_name", self.app),
        )


def app_of(pod: str) -> str:
    """Return the workload's name that a generated pod name starts with, else the pod's own."""
    for pattern in _GENERATED:
        match = pattern.fullmatch(pod)
        if match is not None:
            return match["app"]
    return pod


def read_folder(folder: Path) -> PodFolder | None:
    """Return whose folder this is; None when its name is not a pod's."""
    namespace, _, rest = folder.name.partition("_")
    pod, _, uid = rest.partition("_")
    if not (namespace and pod and uid):
        return None
    return PodFolder(namespace, pod, _written_app(folder / LABELS_FILE) or app_of(pod))


def _written_app(path: Path) -> str | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # not there, or not whole yet
    app = found.get("app") if isinstance(found, dict) else None
    return app if isinstance(app, str) and app else None
