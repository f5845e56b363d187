"""Reading manifests written in a test."""

from datetime import UTC, datetime
from typing import Any

import yaml

from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects.snapshot import Document, read

TAKEN_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = EvidenceId("seen")


def document(content: Any, source: str = SOURCE) -> Document:
    """Return a document with this content."""
    return Document(content, EvidenceId(source))


def read_yaml(text: str, **more: Any) -> Snapshot:
    """Return the snapshot of YAML documents."""
    found = [document(each) for each in yaml.safe_load_all(text)]
    return read(found, taken_at=TAKEN_AT, **more)
