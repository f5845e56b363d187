"""How trouble shows in the requests that are served: as errors, or as slowness."""

from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.objects import ObjectRef

ERRORS = "errors"
LATENCY = "latency"


def of(situation: Situation, ref: ObjectRef) -> str | None:
    """Return how the trouble of an object shows, in its own signals or in those of who alerts.

    Requests that fail and are slow show as errors, which hurt more; None when nothing is measured.
    """
    seen = situation.suffering(ref)
    health = situation.health[seen] if seen else None
    if health is None:
        return None
    return LATENCY if health.latency and not (health.errors or health.high_since) else ERRORS
