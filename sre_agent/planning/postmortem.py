"""The report of an incident: a view of its event log, for people to read and file."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sre_agent.diagnosis.incident.durations import say
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.causes import Conclusion, Finding, Stance
from sre_agent.domain.events import Event
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.slo import Objective
from sre_agent.planning import (
    action_items,
    burnt_budget,
    change_lines,
    deeds,
    earlier_runs,
    opinion_lines,
    seen_before,
    summary_lines,
    timeline,
)
from sre_agent.planning.story import Story, read
from sre_agent.safety.redaction import redact

SHOWN_RIVALS = 4
CELL_CHARACTERS = 300
LINE_CHARACTERS = 1200
"""What people have to act on is not cut where a table would be."""


_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Languages and emoji need them, and they change nothing else."""

_WITHOUT_CAUSE = {
    Conclusion.CAUSE_FOUND: "No cause was good enough to act on",
    Conclusion.UNDECIDED: "No cause was good enough to act on",
    Conclusion.NOTHING_WRONG: "There is nothing to repair",
    Conclusion.REPAIR_UNDER_WAY: "No cause was acted on",
}


def write(
    incident: Incident,
    events: Sequence[Event],
    now: datetime,
    objectives: Sequence[Objective] = (),
) -> str:
    """Return the report in Markdown, secrets masked.

    Args:
        incident: the incident as it stands.
        events: its log, oldest first.
        now: when the report is written.
        objectives: what the service promised.
    """
    story = read(incident, events)
    seen = [f"- {_inline(said)}" for said in seen_before.sentences(story.evidence)]
    before = [_inline(said, LINE_CHARACTERS) for said in earlier_runs.paragraphs(story)]
    summary = list(_summary(story))
    sections = (
        [f"# Postmortem: {_inline(incident.title)}", "", *_head(story, now)],
        *([["## Summary", "", *summary]] if summary else []),
        ["## Impact", "", *_impact(story, now, objectives)],
        ["## Cause", "", *_cause(story), *_dismissals(story), *_opinion(story)],
        *([["## Changes", "", *_changes(story.changes)]] if story.changes else []),
        *([["## Seen before", "", *seen]] if seen else []),
        ["## Actions and outcomes", "", *_actions(story)],
        *([["## Earlier runs", "", "\n\n".join(before)]] if before else []),
        ["## Durations", "", *_durations(story)],
        [
            "## Action items",
            "",
            *(f"- [ ] {_inline(item, LINE_CHARACTERS)}" for item in action_items.of(story)),
        ],
        ["## Timeline (UTC)", "", *_timeline(story)],
        ["## Evidence", "", *_evidence(story)],
    )
    return redact("\n\n".join("\n".join(lines) for lines in sections)) + "\n"


def _head(story: Story, now: datetime) -> Iterator[str]:
    incident = story.incident
    yield f"- Incident: `{incident.id}` ({incident.status}), severity {incident.severity}"
    yield f"- Service: {_inline(f'{incident.namespace}/{incident.service}')}"
    yield (
        f"- Began {_time(story.began_at)}, alert since {_time(incident.started_at)}, "
        f"opened {_time(incident.opened_at)} (UTC)"
    )
    yield f"- Report written {_time(now)}"
    if story.merged_into:
        yield f"- **Merged into `{story.merged_into}`**, which works on the same cause: see its report"
    yield from (f"- **{_inline(said, LINE_CHARACTERS)}**" for said in story.ties)
    if story.cancellation:
        yield f"- **{_inline(story.cancellation)}**"
    if story.escalation:
        yield f"- **Escalated to people**: {_inline(story.escalation, LINE_CHARACTERS)}"


def _summary(story: Story) -> Iterator[str]:
    """Yield what a model wrote of the incident, told as its words; nothing where it wrote nothing."""
    wrote = story.summary
    if wrote is None or not wrote.sentences:
        return
    for line in summary_lines.lines(wrote):
        yield _inline(line, LINE_CHARACTERS)
    yield ""
    struck = summary_lines.struck(wrote)
    yield (
        f"*In the words of {_inline(wrote.model)}, a language model, from the entries of the timeline "
        f"whose numbers it gives{struck}.*"
    )


def _impact(story: Story, now: datetime, objectives: Sequence[Objective]) -> Iterator[str]:
    incident = story.incident
    yield _suffered(story, now)
    alerts = sorted({alert.name for alert in incident.alerts})
    if alerts:
        yield f"Alerts: {_inline(', '.join(alerts))}."
    yield from (f"- {_inline(line)}" for line in story.symptoms)
    burnt = burnt_budget.sentence(story.evidence, incident.service, objectives)
    if burnt:
        yield f"- {_inline(burnt)}"
    if story.plan and story.plan.actions[0].blast_radius.callers:
        callers = ", ".join(story.plan.actions[0].blast_radius.callers)
        yield f"- Services that call {story.plan.cause_object.name}: {_inline(callers)}"


def _suffered(story: Story, now: datetime) -> str:
    service, end = _inline(story.incident.service), story.resolved_at
    if story.diagnosis and story.diagnosis.passed:
        return f"It was real and short: {_inline('; '.join(story.diagnosis.passed))}."
    if story.is_calm:
        return f"None was found: {service} serves requests as before the alert."
    if end is None:
        return f"{service} suffered for at least {say(now - story.began_at)} and may still."
    return f"{service} suffered for {say(end - story.began_at)}."


def _cause(story: Story) -> Iterator[str]:
    diagnosis, top = story.diagnosis, story.cause
    if diagnosis is None:
        yield "The investigation did not get as far as naming a cause."
        return
    if top is None:
        yield f"{_WITHOUT_CAUSE[diagnosis.conclusion]}: {_inline(diagnosis.reason)}."
        rivals = diagnosis.causes
    else:
        yield f"**{top.fault_class}** of `{top.object}`, confidence {in_percent(top.confidence)}."
        yield ""
        for line in top.explanation or (f"{top.statement}.",):
            yield _inline(line, LINE_CHARACTERS)
            yield ""
        yield from (_finding(item) for item in top.findings)
        rivals = diagnosis.causes[1:]
    if rivals:
        yield ""
        yield "Also considered:"
        yield ""
    for cause in rivals[:SHOWN_RIVALS]:
        against = [
            _inline(item.statement) for item in cause.findings if item.stance is Stance.AGAINST
        ]
        why = f"; against it: {'; '.join(against)}" if against else ""
        yield f"- {cause.fault_class} of `{cause.object}`, {in_percent(cause.confidence)}{why}"


def _dismissals(story: Story) -> Iterator[str]:
    if story.dismissals:
        yield ""
        yield "Taken out of the decision by people:"
        yield ""
        yield from (f"- {_inline(said)}" for said in story.dismissals)


def _opinion(story: Story) -> Iterator[str]:
    if story.opinion:
        yield ""
        yield "Second opinion, of a language model:"
        yield ""
        for line in opinion_lines.lines(story.opinion):
            indent = "  " if line.startswith(" ") else ""
            yield f"{indent}- {_inline(line, LINE_CHARACTERS)}"


def _changes(verdict: ChangeVerdict) -> Iterator[str]:
    """Yield which change explains it, next to what it explains, or that none does, and why not the others."""
    yield f"{_inline(verdict.reason[:1].upper() + verdict.reason[1:], LINE_CHARACTERS)}."
    if verdict.suspect:
        yield ""
        yield f"**{_inline(change_lines.suspect(verdict.suspect))}**"
        for item in verdict.suspect.explains:
            ids = ", ".join(f"`{id_}`" for id_ in item.evidence_ids)
            yield ""
            yield f"{_inline(change_lines.explanation(item), LINE_CHARACTERS)} ({ids}):"
            yield ""
            yield from (f"    {''.join(map(_seen, row))}" for row in change_lines.rows(item))
        if verdict.suspect.known_by:
            known_by = change_lines.known_by(verdict.suspect.known_by)
            yield ""
            yield f"Who knows this code: {_inline(known_by, LINE_CHARACTERS)}."
    others = list(change_lines.ruled_out(verdict))
    if others:
        yield ""
        yield "Ruled out:"
        yield ""
        yield from (f"- {_inline(said)}" for said in others)


def _finding(finding: Finding) -> str:
    ids = ", ".join(f"`{id_}`" for id_ in finding.evidence_ids)
    return f"- {finding.stance}: {_inline(finding.statement)} ({ids})"


def _actions(story: Story) -> Iterator[str]:
    for line in deeds.of(story):
        lead = "  " * (line.depth - 1) + "- " if line.depth else ""
        code = f" `{_inline(line.call)}`" if line.call else ""
        yield f"{lead}{_inline(line.text, LINE_CHARACTERS)}{code}"


def _durations(story: Story) -> Iterator[str]:
    incident = story.incident
    yield f"- Time to detect: {_after(story.began_at, incident.started_at)} (trouble to alert)"
    if story.merged_into:
        return
    decided = _after(incident.opened_at, story.acknowledged_at)
    yield f"- Time to acknowledge: {decided} (opened to a person's first word)"
    ended = _after(story.began_at, story.resolved_at)
    yield f"- Time to resolve: {ended} (trouble to its verified end)"


def _timeline(story: Story) -> Iterator[str]:
    yield "| # | time | who | what |"
    yield "|---|---|---|---|"
    for event, said in timeline.rows(story.events):
        yield f"| {event.seq} | {_time(event.at)} | {_inline(event.actor)} | {_inline(said)} |"


def _evidence(story: Story) -> Iterator[str]:
    yield f"{story.tool_calls} tool calls brought {len(story.evidence)} pieces of evidence."
    yield ""
    if story.evidence:
        yield "| id | what | how to see it again |"
        yield "|---|---|---|"
    for item in story.evidence:
        yield f"| `{item.id}` | {_inline(item.summary)} | `{_inline(str(item.call))}` |"
    left_out = [(item.id, text) for item in story.evidence for text in item.left_out]
    gaps = [f"`{id_}` left out: {_inline(text)}" for id_, text in left_out]
    gaps += [_inline(line) for line in story.gaps]
    if gaps:
        yield ""
        yield "Not seen:"
        yield ""
        yield from (f"- {line}" for line in gaps)


def _after(start: datetime, end: datetime | None) -> str:
    return say(max(end - start, timedelta(0))) if end else "did not happen"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _inline(text: str, most: int = CELL_CHARACTERS) -> str:
    """Return text from anywhere as plain words of one line: no markup of its own, no line breaks."""
    flat = "".join(map(_seen, " ".join(text.split())))
    # The backslash first: before a bar of the text, it would undo the one that we put there.
    flat = flat.replace("\\", "\\\\").replace("`", "'").replace("|", "\\|")
    flat = flat.replace("<", "&lt;").replace("](", "] (")
    flat = f"\\{flat}" if flat.startswith("[") else flat  # or it could define where links lead
    return flat if len(flat) <= most else f"{flat[:most]}…"


def _seen(char: str) -> str:
    """Return a character as it is, or in the place of one that hides or turns others a mark."""
    return char if char.isprintable() or char in _JOINERS else "\N{REPLACEMENT CHARACTER}"
