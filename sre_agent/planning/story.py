"""What an incident's log says, sorted by what a report needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sre_agent.domain import opinion, runs
from sre_agent.domain.attribution import ChangeVerdict
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Stance
from sre_agent.domain.events import Event, EventKind
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.ids import ActionId
from sre_agent.domain.incident import Incident, IncidentStatus
from sre_agent.domain.opinion import ModelOpinion
from sre_agent.domain.plan import NoPlan, Plan
from sre_agent.domain.plan_reasons import RunbookCitation
from sre_agent.domain.summary import ModelSummary
from sre_agent.planning import remains, timeline

RESOLVED = "resolved"
SYMPTOM_RULES = ("signals.", "relation.callers_fail")


@dataclass(frozen=True)
class Story:
    """An incident with the typed parts of its log."""

    incident: Incident
    events: Sequence[Event]
    evidence: tuple[Evidence, ...]
    diagnosis: Diagnosis | None
    plan: Plan | None
    undoing: Plan | None = None
    """The plan that takes the other one back, where one was proposed."""
    opinion: ModelOpinion | None = None
    """What a language model thinks, where one was asked."""
    summary: ModelSummary | None = None
    """What a language model wrote of the present run, where one was asked."""
    changes: ChangeVerdict | None = None
    """What the changes near the onset explain, where anybody was asked what changed."""

    def last(self, kind: EventKind) -> Event | None:
        """Return the newest event of a kind in the present run."""
        return _last(runs.present(self.events), kind)

    @property
    def cause(self) -> Cause | None:
        """Return the cause that could be acted on; None after an abstention."""
        if self.diagnosis is None or self.diagnosis.abstained or not self.diagnosis.causes:
            return None
        return self.diagnosis.causes[0]

    @property
    def began_at(self) -> datetime:
        """Return when the trouble began: as the signals show, else when the alert says so."""
        alerted = self.incident.started_at
        if self.diagnosis is None or self.is_calm or not self.diagnosis.causes:
            return alerted
        told = self.diagnosis.causes[0].facts.get("onset_at")
        return min(alerted, datetime.fromisoformat(str(told))) if told else alerted

    @property
    def is_calm(self) -> bool:
        """Return whether the investigation found that nothing is wrong."""
        found = self.diagnosis
        return found is not None and found.conclusion is Conclusion.NOTHING_WRONG

    @property
    def merged_into(self) -> str:
        """Return the id of the incident that this one joined, or an empty string."""
        event = self.last(EventKind.MERGED)
        into = str(event.payload.get("into", "")) if event else ""
        return "" if into == self.incident.id else into

    @property
    def cancellation(self) -> str:
        """Return who cancelled the incident and why, or an empty string."""
        event = self.last(EventKind.CANCELLED)
        return (timeline.sentence(event) or "") if event else ""

    @property
    def ties(self) -> list[str]:
        """Return what our own actions may have caused: this incident, or others."""
        found = (event for event in self.events if event.kind is EventKind.TIED)
        return [said for event in found if (said := timeline.sentence(event))]

    @property
    def dismissals(self) -> list[str]:
        """Return which causes people took out of the decision, and why."""
        found = (e for e in self.events if e.kind is EventKind.CAUSE_DISMISSED)
        return [said for event in found if (said := timeline.sentence(event))]

    @property
    def symptoms(self) -> list[str]:
        """Return how the trouble showed, as the findings about the best cause say."""
        causes = self.diagnosis.causes[:1] if self.diagnosis else ()
        return [
            finding.statement
            for cause in causes
            for finding in cause.findings
            if finding.stance is Stance.FOR and finding.rule.startswith(SYMPTOM_RULES)
        ]

    @property
    def approval(self) -> str:
        """Return how the approval ended, or that there was none."""
        for kind in (EventKind.APPROVAL_DECIDED, EventKind.APPROVAL_REQUESTED):
            event = self.last(kind)
            if event:
                return timeline.sentence(event) or ""
        return "none was asked for"

    @property
    def verification(self) -> str:
        """Return how the verification ended, or that it did not happen."""
        event = self.last(EventKind.VERIFICATION_FINISHED)
        return (timeline.sentence(event) or "") if event else "Verification did not happen"

    @property
    def escalation(self) -> str:
        """Return why the incident was handed to people, or an empty string."""
        event = self.last(EventKind.ESCALATED)
        return str(event.payload.get("reason", "no reason on record")) if event else ""

    @property
    def is_repaired(self) -> bool:
        """Return whether a repair was carried out and seen to help."""
        verified = self.last(EventKind.VERIFICATION_FINISHED)
        return verified is not None and verified.payload.get("result") == RESOLVED

    @property
    def runbook(self) -> RunbookCitation | None:
        """Return the runbook that fits the cause, from the plan or from why there is none."""
        if self.plan:
            return self.plan.runbook
        event = self.last(EventKind.PLAN_WITHHELD)
        return NoPlan.model_validate(event.payload).runbook if event and event.payload else None

    @property
    def gaps(self) -> list[str]:
        """Return what nobody could look at: failed specialists and calls without data."""
        failed = [
            timeline.sentence(event) or ""
            for event in self.events
            if event.kind is EventKind.SPECIALIST_FAILED
        ]
        return failed + [
            f"{gap.get('specialist', '?')}: {gap.get('status', '?')}: {gap.get('reason', '')}"
            for event in self.events
            if event.kind is EventKind.SPECIALIST_FINISHED
            for gap in event.payload.get("gaps", ())
        ]

    @property
    def tool_calls(self) -> int:
        """Return how many tools were called."""
        return sum(event.kind is EventKind.TOOL_CALLED for event in self.events)

    @property
    def acknowledged_at(self) -> datetime | None:
        """Return when a person first said that they had seen it, or decided something."""
        noted = next((e.at for e in self.events if e.kind is EventKind.ACKNOWLEDGED), None)
        event = self.last(EventKind.APPROVAL_DECIDED)
        is_person = event is not None and event.payload.get("verdict") != "expired"
        decided = event.at if event and is_person else None
        return min(filter(None, (noted, decided)), default=None)

    @property
    def resolved_at(self) -> datetime | None:
        """Return when the trouble was seen to be over: by verification, else by the alert's source."""
        verified = self.last(EventKind.VERIFICATION_FINISHED)
        if verified and verified.payload.get("result") == RESOLVED:
            return verified.at
        if self.incident.status in {IncidentStatus.RESOLVED, IncidentStatus.CLOSED}:
            ended = self.last(EventKind.ALERT_RESOLVED)
            return ended.at if ended else None
        return None

    def outcome_of(self, action_id: ActionId) -> str:
        """Return what became of an action."""
        decided = self.last(EventKind.APPROVAL_DECIDED)
        is_left_out = decided is not None and action_id in decided.payload.get("without", ())
        state = "left out by who approved the plan" if is_left_out else "not carried out"
        for event in self.events:
            if event.payload.get("action_id") == action_id and event.kind in _ABOUT_ACTIONS:
                state = timeline.sentence(event) or state
        return state


_ABOUT_ACTIONS = frozenset(
    {EventKind.ACTION_STARTED, EventKind.ACTION_FINISHED, EventKind.GRANT_REFUSED}
)


def read(incident: Incident, events: Sequence[Event]) -> Story:
    """Return the story of an incident from its log, oldest event first.

    What was found and done is that of the present run; the timeline tells of all.
    """
    present = runs.present(events)
    ranked = opinion.ranking(present)
    said = _last(present, EventKind.MODEL_OPINION)
    wrote = _last(present, EventKind.MODEL_SUMMARY)
    last = _last(present, EventKind.CAUSES_RANKED)
    changed = last.payload.get("changes") if last else None
    plans = [
        Plan.model_validate(event.payload["plan"])
        for event in present
        if event.kind is EventKind.PLAN_PROPOSED
    ]
    repairs = [plan for plan in plans if not plan.is_revert]
    is_undone = bool(plans) and plans[-1].is_revert
    return Story(
        incident=incident,
        events=events,
        evidence=tuple(
            Evidence.model_validate(event.payload["evidence"])
            for event in events
            if event.kind is EventKind.EVIDENCE_ADDED
        ),
        diagnosis=Diagnosis.model_validate(ranked) if ranked else None,
        plan=remains.whole(events, repairs[-1]) if repairs else None,
        undoing=remains.whole(events, plans[-1]) if is_undone else None,
        opinion=ModelOpinion.model_validate(said.payload["opinion"]) if said else None,
        summary=ModelSummary.model_validate(wrote.payload["summary"]) if wrote else None,
        changes=ChangeVerdict.model_validate(changed) if changed else None,
    )


def _last(events: Sequence[Event], kind: EventKind) -> Event | None:
    return next((event for event in reversed(events) if event.kind is kind), None)
