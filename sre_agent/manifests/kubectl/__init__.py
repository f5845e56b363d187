"""Reading what kubectl prints: `get`, `describe` and `logs`, in plain text."""

from sre_agent.manifests.kubectl.question import Question, kind_of
from sre_agent.manifests.kubectl.reading import read

__all__ = ["Question", "kind_of", "read"]
