"""Error patterns that were not there before: a new revision's own, or a callee's echo."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import topology
from sre_agent.diagnosis.incident.case import Case
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs import exceptions
from sre_agent.domain.alert import AlertStatus
from sre_agent.domain.causes import Finding
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.logs import ErrorPattern

GROWTH = 5
"""A pattern that is this many times as frequent as before is as good as new."""
LINGERING = timedelta(seconds=30)
"""What raised an alert was still written about this long before it fired, or after."""
SHOWN_CHARACTERS = 160
"""Of a line that a statement quotes: what stays on two lines of a screen."""


def new_patterns(case: Case, ref: ObjectRef) -> tuple[ErrorPattern, ...]:
    """Return the error patterns of a workload that are new or much more frequent.

    Lines that were last written well before anything was alerted about are of an earlier story.
    """
    seen = case.patterns.get(ref)
    patterns = seen.fact.patterns if seen else ()
    ended_before = _alerted_at(case) - LINGERING
    return tuple(
        pattern
        for pattern in patterns
        if pattern.last_at >= ended_before
        and (pattern.is_novel or pattern.count > GROWTH * pattern.count_before)
    )


def line_of(pattern: ErrorPattern) -> str:
    """Return the line of a pattern for people: its wording, and the exception behind it if any."""
    cause = exceptions.cause(pattern.sample)
    text = pattern.template[:SHOWN_CHARACTERS]
    if cause is None or cause.name in text:
        return text
    behind = f"{cause.name}: {cause.message}" if cause.message else cause.name
    return f"{text} ({behind[:SHOWN_CHARACTERS]})"


def _alerted_at(case: Case) -> datetime:
    firing = [item for item in case.incident.alerts if item.status is AlertStatus.FIRING]
    return min((item.starts_at for item in firing), default=case.incident.started_at)


def callees_blamed(
    case: Case, ref: ObjectRef, patterns: Sequence[ErrorPattern]
) -> dict[ObjectRef, int]:
    """Return the workloads that a workload's error lines name as peers, with how many lines do."""
    found: dict[ObjectRef, int] = {}
    for pattern in patterns:
        text = f"{pattern.template}\n{pattern.sample}"
        for callee in topology.peers_in_text(case, ref, text):
            found[callee] = found.get(callee, 0) + pattern.count
    return found


def weigh(situation: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
    """Speak for a release that brought new errors of its own, against one that echoes a callee."""
    case, ref = situation.case, hypothesis.object
    seen = case.patterns.get(ref)
    if hypothesis.fault_class is not FaultClass.BAD_RELEASE or seen is None:
        return
    fresh = new_patterns(case, ref)
    own = [item for item in fresh if not callees_blamed(case, ref, [item])]
    echo_lines = sum(item.count for item in fresh) - sum(item.count for item in own)
    suspect = Suspect(hypothesis.fault_class, ref)
    if echo_lines > sum(item.count for item in own):
        names = ", ".join(sorted(item.name for item in callees_blamed(case, ref, fresh)))
        yield suspect.speaks_against(
            "logs.errors_name_callee",
            weights.LOGS_NAME_CALLEE,
            f"the error lines of {ref.name} complain about {names}",
            [seen.id],
        )
    elif own:
        line = line_of(own[0])
        yield suspect.speaks_for(
            "logs.new_errors",
            weights.NEW_ERRORS_IN_LOGS,
            f"{ref.name} writes error lines it did not write before: {line}",
            [seen.id],
        )
