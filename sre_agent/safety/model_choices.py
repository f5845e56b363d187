"""What a language model chose otherwise than the rules is never carried out without a person.

Neither a rule that allows nor autonomy that was earned speaks for it: the rules were written for plans
that the rules make, and what was earned was earned by those.
"""

from collections.abc import Sequence

from pydantic import ValidationError

from sre_agent.domain import model_choice
from sre_agent.domain.events import Event
from sre_agent.domain.plan import Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling

RULE = "chosen-by-a-model"
REASON = (
    "a person decides, because a language model chose it and the rules would have chosen otherwise"
)


def asked(ruling: PolicyRuling, unearned: PolicyRuling) -> PolicyRuling:
    """Return the ruling, or where it allows, one that asks.

    `unearned` is what is ruled where nothing was earned: who answers then answers here.
    """
    if ruling.ruling is not Ruling.ALLOW:
        return ruling
    update = {"ruling": Ruling.ASK, "rule": RULE, "reason": REASON}
    return ruling.model_copy(update={**update, "approvers": unearned.approvers})


def is_in(log: Sequence[Event], plan: Plan) -> bool:
    """Return whether a log says that a model chose what a plan does, whatever the plan itself says.

    A log in which that cannot be read says so.
    """
    try:
        chosen = list(model_choice.chosen_calls(log))
    except ValidationError:
        return True
    return not plan.is_revert and any(action.call in chosen for action in plan.actions)
