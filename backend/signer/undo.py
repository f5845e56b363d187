"""Whether the yes to a plan covers its undo: row, log and the undo itself must agree."""

from dataclasses import dataclass, replace

from backend.signer import consent
from backend.signer.record import Record
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import Approvers, Decision
from sre_agent.safety import preapproval
from sre_agent.safety.grants import GrantRefusedError


@dataclass(frozen=True)
class Given:
    """The decision that covers an undo, and the hash of the plan it was made on."""

    decision: Decision
    plan_sha256: str


def is_unasked(record: Record, plan: Plan) -> bool:
    """Return whether a plan takes another one back and nobody was asked about it on its own."""
    asked = record.approval.plan_sha256 if record.approval else ""
    return plan.is_revert and asked != plan.sha256


def find(record: Record, plan: Plan, wanted: Approvers) -> Given:
    """Return the decision on the plan that is taken back, by whom policy wants for the undo.

    Raises:
        GrantRefusedError: It does not cover the undo: a person has to be asked.
    """
    covered = preapproval.find(record.log, plan)
    if isinstance(covered, str):
        raise GrantRefusedError(
            "not_approved", f"the undo was not approved with the plan: {covered}"
        )
    then = replace(record, log=covered.log)
    return Given(consent.find(then, covered.plan, wanted), covered.plan.sha256)
