"""One sentence for each thing that was done, in an incident or to the platform itself."""

from collections.abc import Mapping
from typing import Any

from backend.db.audit_trail import OWN_LOG, Trace
from backend.db.journal import UnreadableEventError
from backend.db.organization_log import Deed
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.ids import IncidentId
from sre_agent.planning import timeline

_TOLD: Mapping[Deed, str] = {
    Deed.USER_REGISTERED: "Registered",
    Deed.USER_ADDED: "Added a person",
    Deed.USER_CHANGED: "Changed what a person may do",
    Deed.PASSWORD_CHANGED: "Changed their password",
    Deed.PASSWORD_RESET: "Reset a person's password",
    Deed.SIGNED_IN: "Signed in",
    Deed.SIGN_IN_REFUSED: "Was refused at sign-in",
    Deed.SIGNED_OUT: "Signed out",
    Deed.TOKEN_CREATED: "Made a token",
    Deed.TOKEN_REVOKED: "Revoked a token",
    Deed.CLUSTER_CONNECTED: "Connected a cluster",
    Deed.CLUSTER_DISCONNECTED: "Disconnected a cluster",
    Deed.SLO_ADDED: "Defined an objective",
    Deed.SLO_CHANGED: "Changed an objective",
    Deed.SLO_REMOVED: "Removed an objective",
    Deed.ERROR_BUDGET_LOW: "Little is left of an error budget",
    Deed.WRITING_HALTED: "Halted all writing",
    Deed.WRITING_RESUMED: "Resumed writing",
    Deed.FREEZE_ADDED: "Added a freeze",
    Deed.FREEZE_REMOVED: "Removed a freeze",
    Deed.AUDIT_BROKEN: "Found a log that was changed",
    Deed.AUDIT_EXPORTED: "Exported the audit",
    Deed.AUDIT_KEPT: "Said that an export is stored and proved",
    Deed.AUDIT_TRIMMED: "Removed old events, their chains' ends kept",
    Deed.POLICY_LOADED: "Loaded the policy",
    Deed.SIGNING_KEYS_CHANGED: "Changed the signing keys",
}

_SWITCH: Mapping[Deed, str] = {
    Deed.WRITING_HALTED: "Halted writing",
    Deed.WRITING_RESUMED: "Resumed writing",
}


def kind_of(trace: Trace) -> EventKind | Deed:
    """Return the kind, which is unique over both sorts of logs.

    Raises:
        UnreadableEventError: There is no such kind: somebody changed the log.
    """
    try:
        return Deed(trace.kind) if trace.incident_id == OWN_LOG else EventKind(trace.kind)
    except ValueError as error:
        raise UnreadableEventError(trace.seq) from error


def summary(trace: Trace) -> str:
    """Return what was done, as one line of plain text; what it quotes is nobody's markup."""
    kind = kind_of(trace)
    if isinstance(kind, Deed):
        return _of_platform(kind, trace.payload)
    event = Event(
        incident_id=IncidentId(trace.incident_id),
        seq=trace.seq,
        at=trace.at,
        actor=trace.actor,
        kind=kind,
        payload=trace.payload,
        step_key="",
        prev_hash="",
        hash=trace.hash,
    )
    return timeline.sentence(event) or kind.value


def _of_platform(deed: Deed, payload: Mapping[str, Any]) -> str:
    reason = payload.get("reason")
    if deed in _SWITCH and "cluster" in payload:
        return f"{_SWITCH[deed]} in cluster {payload['cluster']}: {reason}"
    if reason and len(payload) == 1:
        return f"{_TOLD[deed]}: {reason}"
    said = ", ".join(
        f"{key.replace('_', ' ')} {_word(value)}" for key, value in sorted(payload.items())
    )
    return f"{_TOLD[deed]}: {said}" if said else _TOLD[deed]


def _word(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return " and ".join(str(item) for item in value) or "none"
        case _:
            return str(value)
