"""What the timeline of changes tells around an incident."""

from datetime import datetime

from sre_agent.domain.model import Observation
from sre_agent.domain.timeline import Change


class NearChanges(Observation):
    """`changes_near`: what was changed from `since` to `until`, the newest first.

    Changes told by the cluster itself are not among them: what its objects show is evidence of its
    own. `left_out` counts older ones of the window that are not told. `environment` is what the policy
    calls the place of the incident, where it knows one. `grants` are those that were minted for the
    incident: a commit that bears one of them is a repair of its own, and did not bring the trouble.
    """

    since: datetime
    until: datetime
    changes: tuple[Change, ...]
    left_out: int = 0
    environment: str = ""
    grants: tuple[str, ...] = ()
