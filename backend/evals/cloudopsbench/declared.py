"""What a case's manifests ask for, where the answers about the objects leave it out."""

from collections.abc import Iterator

from backend.evals.cloudopsbench.cached import Cache
from backend.evals.suite import Json
from sre_agent.domain import yaml_text
from sre_agent.domain.cluster.storage import Claim
from sre_agent.domain.ids import EvidenceId
from sre_agent.manifests.objects import storage

_CLAIM = "PersistentVolumeClaim"


def claims(cache: Cache) -> Iterator[Claim]:
    """Yield the claims that manifests ask for, whether they were made or not."""
    for key, answer in cache.items():
        if key.startswith("GetAppYAML:") and isinstance(answer, str) and _CLAIM in answer:
            for item in _documents(answer):
                if item.get("kind") == _CLAIM:
                    yield storage.claim(item, EvidenceId(key))


def _documents(text: str) -> Iterator[Json]:
    parts = (part for part in f"\n{text}".split("\n---") if f"kind: {_CLAIM}" in part)
    for part in parts:
        found = yaml_text.read(part)
        if isinstance(found, dict):
            yield found
