"""Who waits for a Job that does not run: others that name it in their logs or events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes import wellbeing
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef

_LAST = 20
"""Lines before the end of a log that tell of the present."""
_SHOWN = 160
_WAITS = re.compile(
    r"\bwait|\btim(?:ed|e) ?out|\bstale\b|\boverdue\b|\bsuspended\b|\bmissing\b|\bnever (?:ran|run|came)"
    r"|\bnot (?:yet )?(?:run|complete|finish|done|ready|start)|n't (?:run|complete|finish)"
    r"|\bno (?:output|result|report|data)\b",
    re.IGNORECASE,
)
_IS_JOB = re.compile(r"\b(?:cron)?jobs?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits, in their words."""

    who: str
    words: str
    source: EvidenceId


def waiting_for(view: View, ref: ObjectRef) -> Waiting | None:
    """Return the first who says that it waits for a Job or CronJob, or lacks what that makes."""
    return min(_all(view, ref), key=lambda item: (item.who, item.words, item.source), default=None)


def _all(view: View, ref: ObjectRef) -> Iterator[Waiting]:
    name = re.compile(rf"(?<![\w-]){re.escape(ref.name)}(?:-\d{{8,}})?(?![\w-])")
    for who, words, source in view.once(_said):
        is_its_own = who.name == ref.name or who.name.startswith(f"{ref.name}-")
        is_other = who.namespace in {ref.namespace, ""} and not is_its_own
        # A name like `load` is a word of the language as well: then the line must speak of a Job.
        if is_other and name.search(words) and ("-" in ref.name or _IS_JOB.search(words)):
            yield Waiting(who.name, words[:_SHOWN], source)


def _said(view: View) -> tuple[tuple[ObjectRef, str, EvidenceId], ...]:
    """Return who says at present, in what words, that it waits for anything."""
    lines = (
        (owner, line.strip(), log.source)
        for owner, log, _ in view.log_texts
        if not log.is_previous
        for line in log.lines[-_LAST:]
    )
    owners = {pod.meta.ref: view.owner_of(pod) for pod in view.snapshot.pods}
    events = (
        (owners.get(event.ref, event.ref), event.message, event.source)
        for event in view.snapshot.events
        if wellbeing.is_recent(view, event)
    )
    return tuple(item for said in (lines, events) for item in said if _WAITS.search(item[1]))
