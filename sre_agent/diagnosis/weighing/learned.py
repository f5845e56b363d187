"""Weighing a suspect by what this cluster's verified past incidents teach of its alerts.

The share is of what precedent may say at all, so that memory stays a nudge, however it speaks.
"""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Suspect
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.weighing import alerts
from sre_agent.domain.causes import Finding
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.observations.memory import AlertPattern

RULE = "precedent.learned"
FIRST_TIME = 0.5
"""What was never the cause yet may be so for the first time: that counts half against it."""


def weigh(case: Case, suspect: Suspect, said_for: float, said_against: float) -> Iterator[Finding]:
    """Speak for a suspect whose past failures raised alerts like these, against one that did not.

    Args:
        case: holds what was learned, if anything.
        suspect: who is weighed.
        said_for: what single past incidents say for it already, in log-odds.
        said_against: the same, against it.
    """
    taught = case.taught
    patterns = taught.fact.patterns if taught else ()
    own = next((item for item in patterns if item.object == str(suspect.object)), None)
    if taught is None or own is None or len(patterns) <= 1:
        return
    lean = alerts.lean(own.probability, len(patterns))
    known = f"{taught.fact.learned_from} verified past incidents of this cluster"
    left = weights.PRECEDENT_CAP - (said_for if lean > 0 else said_against)
    weight = left * abs(lean) * (1.0 if own.times or lean > 0 else FIRST_TIME)
    if abs(lean) < alerts.LEAST or weight < weights.LEAST:
        return
    if lean > 0:
        text = f"by {known} the alerts point to it ({in_percent(own.probability)}{_list(own)})"
        yield suspect.speaks_for(RULE, weight, text, [taught.id])
    else:
        text = f"by {known} the alerts point elsewhere ({in_percent(own.probability)}{_list(own)})"
        yield suspect.speaks_against(RULE, weight, text, [taught.id])


def _list(own: AlertPattern) -> str:
    """Return in which past incidents it was the cause, as the rest of a sentence."""
    if not own.times:
        return "; it was the cause in none of them"
    more = f" and {own.times - len(own.incidents)} more" if own.times > len(own.incidents) else ""
    return f"; it was the cause in {', '.join(own.incidents)}{more}"
