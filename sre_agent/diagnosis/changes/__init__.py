"""What was changed near the onset, and whether it can be the reason."""

from sre_agent.diagnosis.changes.releases import (
    AT_ONCE,
    BURST,
    LOOK_BACK,
    Release,
    Scaling,
    onset_release,
    previous,
    releases,
    revisions,
    scaling,
)

__all__ = [
    "AT_ONCE",
    "BURST",
    "LOOK_BACK",
    "Release",
    "Scaling",
    "onset_release",
    "previous",
    "releases",
    "revisions",
    "scaling",
]
