"""What rules may see of an action: declared fields with types, and no text that telemetry wrote."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field

from sre_agent.domain.actions import ActionKind
from sre_agent.domain.alert import Severity
from sre_agent.domain.incident import Incident
from sre_agent.domain.model import Value
from sre_agent.domain.plan import Action, DryRun, Plan, Risk
from sre_agent.domain.risk import RiskScore
from sre_agent.safety import risk
from sre_agent.safety.autonomy import Present, Track
from sre_agent.safety.risk import Change, Setting

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Asker(Value):
    """Who asks for the action: the engine, or a person with a role."""

    kind: Literal["engine", "person"] = "engine"
    role: str | None = None


ENGINE = Asker()
UNTRIED = Track()
"""Nothing is known to have become of the like of an action."""


@dataclass(frozen=True)
class Circumstances:
    """What a ruling needs beside the plan; what is None is not known, and rules do not see it.

    `tier` is the service's, 1 the most important; `budget_left` the share of its error budget that
    is left, from 0 to 1; `burns_fast` whether that is being used up fast now. `track` is what became
    of the like of the action.
    """

    now: datetime | None = None
    asker: Asker = ENGINE
    tier: int | None = None
    budget_left: float | None = None
    burns_fast: bool | None = None
    track: Track = UNTRIED

    def written(self) -> dict[str, Any]:
        """Return it as a log keeps it beside a ruling, whose time is the log's own."""
        said = {name: getattr(self, name) for name in _KEPT}
        asker, track = (part.model_dump(mode="json") for part in (self.asker, self.track))
        return {"asker": asker, "track": track, **said}

    @classmethod
    def read(cls, written: dict[str, Any], now: datetime) -> Self:
        """Return what a log kept of the circumstances at a moment; nothing where it kept nothing.

        Raises:
            ValidationError: It kept something else.
        """
        said = {name: written.get(name) for name in _KEPT}
        asker = Asker.model_validate(written.get("asker") or ENGINE)
        track = Track.model_validate(written.get("track") or UNTRIED)
        return cls(now=now, asker=asker, track=track, **Stood.model_validate(said).model_dump())


class Stood(Value):
    """How the service stood, as it is kept."""

    tier: int | None
    budget_left: float | None
    burns_fast: bool | None


_KEPT = tuple(Stood.model_fields)


@dataclass(frozen=True)
class Known:
    """What the policy itself knows: whether the tool only reads, its kind, environment and time zone.

    `environment_points` is what the environment counts for in the risk.
    """

    is_read: bool
    kind: ActionKind | None
    environment: str | None
    environment_points: int
    zone: tzinfo


class ActionFacts(Value):
    """The action. `before` and `after` hold the numbers of its dry run, by name with the unit.

    `risk_score` is from 0 to 100, and `risk` says the same in a word.
    """

    server: str
    tool: str
    arguments: dict[str, Any]
    is_read: bool
    risk: Risk
    risk_score: int
    has_inverse: bool
    pods: int
    callers: int
    before: dict[str, int]
    after: dict[str, int]
    has_controller: bool


class TargetFacts(Value):
    """What would be changed; `environment` by the policy's own list, None when that is unclear.

    `labels` are the live object's, as the server read them; the grant is bound to them.
    """

    kind: str
    namespace: str
    name: str
    labels: dict[str, str] = Field(default_factory=dict)
    environment: str | None = None


class PlanFacts(Value):
    """The plan that the action is part of."""

    playbook: str
    fault_class: str
    confidence: float
    actions: int


class IncidentFacts(Value):
    """The incident. `severity` is what the source of its alerts says."""

    org: str
    cluster: str
    severity: Severity
    tier: int | None = None
    budget_left: float | None = None
    burns_fast: bool | None = None


class TimeFacts(Value):
    """The moment of the ruling in the policy's time zone; `hour` from 0 to 23."""

    weekday: Weekday
    hour: Annotated[int, Field(ge=0, le=23)]

    @classmethod
    def at(cls, moment: datetime, zone: tzinfo) -> Self:
        """Return the weekday and hour of a moment in a zone."""
        there = moment.astimezone(zone)
        return cls(weekday=WEEKDAYS[there.weekday()], hour=there.hour)


class Facts(Value):
    """All that a rule can see, beside the policy's own bounds."""

    action: ActionFacts
    target: TargetFacts
    plan: PlanFacts
    incident: IncidentFacts
    actor: Asker
    time: TimeFacts | None
    track: Track = UNTRIED
    """What became of the like of the action. Rules do not see it: they only say what they want."""
    scored: RiskScore | None = None
    """The terms of `action.risk_score`, for people; rules see the number."""

    @property
    def present(self) -> Present:
        """Return what decides whether the action may be done without asking."""
        action, incident = self.action, self.incident
        return Present(
            track=self.track,
            has_inverse=action.has_inverse,
            risk_score=action.risk_score,
            budget_left=incident.budget_left,
            burns_fast=incident.burns_fast,
        )

    def visible(self) -> dict[str, Any]:
        """Return the variables of the rules; what is not known is left out, so that `has()` tells."""
        target = {name: getattr(self.target, name) for name in ("kind", "namespace", "name")}
        return {
            "action": {**_said(self.action), "target": target},
            "target": _said(self.target),
            "plan": _said(self.plan),
            "incident": _said(self.incident),
            "actor": _said(self.actor),
            "time": {} if self.time is None else _said(self.time),
            "cluster": self.incident.cluster,
        }


def of(action: Action, plan: Plan, incident: Incident, at: Circumstances, known: Known) -> Facts:
    """Return the facts of an action, with what the policy adds to them."""
    setting = Setting(
        known.environment, known.environment_points, at.tier, at.budget_left, at.burns_fast
    )
    scored = risk.score(Change.of(action, plan), known.kind, setting)
    return Facts(
        action=ActionFacts(
            server=action.call.server,
            tool=action.call.tool,
            arguments=action.call.arguments,
            is_read=known.is_read,
            risk=risk.level(scored.score),
            risk_score=scored.score,
            has_inverse=action.inverse is not None,
            pods=action.blast_radius.pods,
            callers=len(action.blast_radius.callers),
            **_rehearsal(action.dry_run),
        ),
        target=TargetFacts(
            **action.target.model_dump(),
            labels=action.dry_run.labels if action.dry_run else {},
            environment=known.environment,
        ),
        plan=PlanFacts(
            playbook=plan.playbook,
            fault_class=plan.fault_class,
            confidence=plan.confidence,
            actions=len(plan.actions),
        ),
        incident=IncidentFacts(
            org=incident.org_id,
            cluster=incident.cluster_id,
            severity=incident.severity,
            tier=at.tier,
            budget_left=at.budget_left,
            burns_fast=at.burns_fast,
        ),
        actor=at.asker,
        time=None if at.now is None else TimeFacts.at(at.now, known.zone),
        track=at.track,
        scored=scored,
    )


def _rehearsal(dry_run: DryRun | None) -> dict[str, Any]:
    """Return the numbers of the dry run, those that are none left out, so that `has()` tells."""
    figures = dry_run.figures if dry_run else ()
    return {
        "before": {item.name: item.before for item in figures if item.before is not None},
        "after": {item.name: item.after for item in figures if item.after is not None},
        "has_controller": dry_run is not None and dry_run.controller is not None,
    }


def _said(part: Value) -> dict[str, Any]:
    return {
        name: value.value if isinstance(value, StrEnum) else value
        for name, value in part
        if value is not None
    }
