"""Why a plan is as it is: the playbook's steps, the runbook it goes by, and what a model chose."""

from pydantic import Field

from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.model_choice import ChosenByModel


class RunbookCitation(Value):
    """The runbook that a plan goes by: whose it is, how old, why it fits, and where it was seen.

    `last_validated` is a date or empty; `age_days` how long ago that was when it was read.
    """

    id: str
    title: str
    source: str
    url: str
    owner: str
    last_validated: str
    age_days: int | None
    is_stale: bool
    reason: str
    evidence_id: EvidenceId


class Choice(Value):
    """Why this plan and no other: the playbook, why it applies, the step taken and those passed over.

    `condition` is what had to hold for the step; `passed_over` says of each step before it why it
    did not; `not_seen` names what the playbook wants looked at and nobody could see; `escalation`
    is what a person should be told if the plan does not help. `chosen` says where a language model
    chose otherwise than the rules would have: such a plan waits for a person, whatever policy allows.
    `weighed` says what spoke for this step and against others; `warnings` what stays when all goes well.
    """

    title: str
    why: str
    step: str
    condition: str
    passed_over: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()
    escalation: str = ""
    chosen: ChosenByModel | None = Field(default=None, exclude_if=lambda told: told is None)
    weighed: tuple[str, ...] = Field(default=(), exclude_if=lambda told: not told)
    warnings: tuple[str, ...] = Field(default=(), exclude_if=lambda told: not told)
