"""How long a yes may be used, and when a grant that expired unused is minted anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.signer.record import Record
from sre_agent.domain.events import EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.safety import grants
from sre_agent.safety.grants import GrantRefusedError

_EARLY = timedelta(seconds=grants.CLOCK_SKEW_S)
"""A grant with less left than clocks may be apart is as good as expired."""


@dataclass(frozen=True)
class Terms:
    """For how many seconds after it was given a yes may be used, and how often a grant is renewed."""

    use_s: int = 3600
    renewals_max: int = 20


def check_fresh(record: Record, permitted: grants.Record, terms: Terms, now: datetime) -> None:
    """Refuse when what permits the plan, a person's yes or else policy's, was said too long ago.

    Raises:
        GrantRefusedError: `approval_stale`.
    """
    said = _permitted_at(record, permitted)
    if said is None or now > said + timedelta(seconds=terms.use_s):
        raise GrantRefusedError(
            "approval_stale",
            f"the plan was permitted more than {terms.use_s} s ago: have it looked at again",
        )


def _permitted_at(record: Record, permitted: grants.Record) -> datetime | None:
    if permitted.decision is not None:
        return permitted.decision.decided_at
    ruled = record.last(EventKind.POLICY_RULED)
    return None if ruled is None else ruled.at


def is_due(expires_at: datetime, now: datetime) -> bool:
    """Return whether a grant can no longer be used, or only for a moment."""
    return now >= expires_at - _EARLY


def is_over(record: Record, action_id: ActionId) -> bool:
    """Return whether the log says what became of the action: then its grant is never renewed."""
    return any(
        event.kind is EventKind.ACTION_FINISHED and event.payload.get("action_id") == action_id
        for event in record.log
    )


def check_count(done: int, terms: Terms) -> None:
    """Refuse one renewal too many.

    Raises:
        GrantRefusedError: `renewals_exhausted`.
    """
    if done >= terms.renewals_max:
        raise GrantRefusedError(
            "renewals_exhausted", f"the grant was renewed {done} times and never used"
        )
