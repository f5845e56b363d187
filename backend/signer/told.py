"""Whether log and table tell the same of grants: two grants for one deed could do it twice."""

from collections.abc import Sequence

from backend.db.plain_json import plain_json
from backend.signer.record import Record
from sre_agent.domain.events import Event, EventDraft, EventKind
from sre_agent.domain.ids import ActionId, GrantId
from sre_agent.safety.grants import GrantRefusedError


def granted(log: Sequence[Event]) -> frozenset[tuple[str, str]]:
    """Return each action with the grant that was minted for it, by the log of all runs."""
    return frozenset(
        (str(event.payload.get("action_id")), str(event.payload.get("grant_id")))
        for event in log
        if event.kind is EventKind.GRANT_MINTED
    )


def check_row(stored: GrantId | None, record: Record, action_id: ActionId) -> None:
    """Refuse when the stored grant of an action is not the one that the log tells of.

    A row that was taken away or renamed would have the action granted once more, under an id that
    its target does not know.

    Raises:
        GrantRefusedError: `log_broken`.
    """
    logged = {grant for action, grant in record.granted if action == action_id}
    if logged != ({stored} if stored else set()):
        said = f"the log tells of {_some(logged)} for the action, and {stored or 'none'} is stored"
        raise GrantRefusedError("log_broken", f"the table of grants was changed ({said})")


def check_entry(event: Event, draft: EventDraft) -> None:
    """Refuse when somebody wrote to the log in the signer's place, so that its own entry was not taken.

    Raises:
        GrantRefusedError: `log_broken`.
    """
    said = (event.kind, event.actor, event.payload)
    if said != (draft.kind, draft.actor, plain_json(draft.payload)):
        where = f"entry {event.seq}, {event.step_key}"
        raise GrantRefusedError("log_broken", f"the log has another entry in its place ({where})")


def _some(grants: set[str]) -> str:
    return ", ".join(sorted(grants)) or "no grant"
