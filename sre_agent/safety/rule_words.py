"""What a rule comes to on an action, in words: what it lacks, what failed, what was earned."""

from sre_agent.domain.ruling import Ruling
from sre_agent.safety import autonomy
from sre_agent.safety.facts import Facts
from sre_agent.safety.policy_text import RuleText

_MAY_BE_UNKNOWN = {
    "tier": "the service's tier",
    "budget_left": "the error budget",
    "burns_fast": "how fast the error budget goes",
}


def earned(text: RuleText, seen: Facts) -> RuleText:
    """Return a rule as it rules on what has, or has not, earned to be done without asking."""
    if text.allow_if_earned is None:
        return text
    lacking = autonomy.missing(text.allow_if_earned, seen.present)
    if lacking:
        return text.model_copy(
            update={"reason": f"{text.reason} (not earned: {'; '.join(lacking)})"}
        )
    told = f"{seen.track.in_a_row} verified successes in a row, more than {autonomy.surely(seen.track.bound)}"
    earned = f"earned by {told} of all cases surely"
    return text.model_copy(update={"ruling": Ruling.ALLOW, "reason": earned, "approvers": None})


def fault(error: Exception) -> str:
    """Return why a condition cannot be evaluated."""
    if isinstance(error, KeyError):
        return f"the rule cannot be evaluated: there is no {error}; ask has() for it first"
    return f"the rule cannot be evaluated: {first_line(error)}"


def unknown(text: RuleText, seen: Facts) -> str | None:
    """Return which unknown fact a rule needs, and what makes it known."""
    if "target.environment" in text.when and seen.target.environment is None:
        return f"the rule needs what is not known: {nowhere(seen)}"
    for fact, named in _MAY_BE_UNKNOWN.items():
        if f"incident.{fact}" in text.when and getattr(seen.incident, fact) is None:
            return f"the rule needs {named}, which is not known"
    if "time." in text.when and seen.time is None:
        return "the rule needs the time, which is not known"
    return None


def nowhere(seen: Facts) -> str:
    """Return that nobody knows to which environment the target belongs, and what makes it known."""
    where = f"{seen.target.namespace or seen.target.kind} in {seen.incident.cluster}"
    return f"nobody knows the environment of {where}: exactly one in `environments` has to fit"


def first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return str(error).strip().partition("\n")[0]
