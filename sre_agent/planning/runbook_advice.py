"""What a runbook says about a cause: which one fits, whether it is stale, and its typed steps."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sre_agent.domain import observations
from sre_agent.domain.causes import Cause
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.runbooks import Runbook, RunbookStep
from sre_agent.domain.plan_reasons import RunbookCitation
from sre_agent.safety.redaction import MASK

SET_VARIABLE = "set_env"
_FOR_CLASS = 3
_FOR_SERVICE = 3
_FOR_ALERT = 1


@dataclass(frozen=True)
class Advice:
    """The runbook that fits a cause.

    `steps` are those meant for this class of fault. `is_for_service` says that the runbook names
    the very service, so that values in it are values of that service.
    """

    citation: RunbookCitation
    steps: tuple[RunbookStep, ...]
    is_for_service: bool

    def step(self, action: str) -> RunbookStep | None:
        """Return the first step with an action."""
        return next((item for item in self.steps if item.action == action), None)

    def variable(self, name: str) -> RunbookStep | None:
        """Return the step that gives a variable of this very service its value.

        A runbook for any service cannot know a value, so that its steps do not count here.
        """
        if not self.is_for_service:
            return None
        steps = (item for item in self.steps if item.action == SET_VARIABLE)
        return next((item for item in steps if item.arguments.get("variable") == name), None)


def advise(
    cause: Cause, incident: Incident, evidence: Sequence[Evidence], names: Collection[str] = ()
) -> Advice | None:
    """Return what the fitting runbook says, or None when none that was read fits.

    A runbook fits when it names the class of fault, or the service, or an alert of the incident,
    and speaks of nothing else instead. Class and service count most; of equals the one for the
    very service goes first, then the fresh one, then the one that was read first.

    Args:
        cause: what is to be repaired.
        incident: whose alerts count.
        evidence: all of it; runbooks are among it when a specialist read them.
        names: what the cause's object is called besides, such as the Service before it.
    """
    read = [
        (fit, item, runbook)
        for item, runbook in _runbooks(evidence)
        if (fit := _fit(runbook, cause, incident, {cause.object.name, *names}))
    ]
    if not read:
        return None
    fit, item, runbook = max(
        read, key=lambda one: (one[0].score, one[0].is_for_service, not one[2].is_stale)
    )
    return _advice(item, runbook, cause, fit)


def stale_warning(citation: RunbookCitation) -> str | None:
    """Return the sentence that warns of a stale runbook, or None when it is fresh."""
    if not citation.is_stale:
        return None
    if citation.age_days is None:
        return f"runbook {citation.title!r} was never validated"
    return (
        f"runbook {citation.title!r} is stale: last validated {citation.age_days} days ago "
        f"({citation.last_validated})"
    )


def with_variable(cause: Cause, advice: Advice | None) -> Cause:
    """Return the cause with what its runbook knows of a missing variable among its facts.

    Adds `variable_value` and, where the step names one, `container`: only when the cause misses a
    variable by name and the runbook of this very service gives it a value, for the same container
    where both name one.
    """
    name = cause.facts.get("variable")
    step = advice.variable(name) if advice and isinstance(name, str) else None
    if step is None or not _is_whole(step.arguments.get("value")):
        return cause
    meant, lacking = step.arguments.get("container"), cause.facts.get("container")
    if meant and lacking and meant != lacking:
        return cause
    known: dict[str, str | int | float | bool] = {
        "variable_value": _as_text(step.arguments["value"])
    }
    if meant:
        known["container"] = meant
    return cause.model_copy(update={"facts": {**cause.facts, **known}})


def _is_whole(value: object) -> bool:
    """Return whether there is a value, and none from which a secret was taken out on the way."""
    return value is not None and MASK not in str(value)


def _as_text(value: object) -> str:
    """Return a value as an environment holds it: YAML reads a bare 8080 or true as something else."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _Fit:
    score: int
    reason: str
    is_for_service: bool


def _runbooks(evidence: Sequence[Evidence]) -> Iterator[tuple[Evidence, Runbook]]:
    for item in evidence:
        runbook = observations.read(item, Runbook)
        if runbook:
            yield item, runbook


def _fit(runbook: Runbook, cause: Cause, incident: Incident, names: set[str]) -> _Fit | None:
    is_class = cause.fault_class in runbook.fault_classes
    alerts = sorted({alert.name for alert in incident.alerts} & set(runbook.alerts))
    services = sorted(names & set(runbook.services))
    # What a runbook lists it is about; for the rest it is somebody else's.
    is_elsewhere = (
        (runbook.services and not services)
        or (runbook.fault_classes and not is_class)
        or (runbook.alerts and not alerts and not is_class)
    )
    reasons = [
        *([f"it is about {cause.fault_class}"] if is_class else []),
        *([f"it is for {', '.join(services)}"] if services else []),
        *([f"it is for {', '.join(alerts)}"] if alerts else []),
    ]
    if is_elsewhere or not reasons:
        return None
    score = _FOR_CLASS * is_class + _FOR_SERVICE * bool(services) + _FOR_ALERT * bool(alerts)
    return _Fit(score, "; ".join(reasons), bool(services))


def _advice(item: Evidence, runbook: Runbook, cause: Cause, fit: _Fit) -> Advice:
    return Advice(
        citation=RunbookCitation(
            id=runbook.id,
            title=runbook.title,
            source=runbook.source,
            url=runbook.url,
            owner=runbook.owner,
            last_validated=str(runbook.last_validated or ""),
            age_days=runbook.age_days,
            is_stale=runbook.is_stale,
            reason=fit.reason,
            evidence_id=item.id,
        ),
        steps=tuple(
            step for step in runbook.steps if not step.when or cause.fault_class in step.when
        ),
        is_for_service=fit.is_for_service,
    )
