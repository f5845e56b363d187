"""From facts to judgement: findings, each with its evidence, and the causes they add up to."""

from enum import StrEnum

from pydantic import Field

from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef


class Stance(StrEnum):
    """Whether a finding speaks for its cause or against it."""

    FOR = "for"
    AGAINST = "against"


class Finding(Value):
    """What one rule concludes from some evidence about one possible cause.

    `weight` is the strength of the finding in log-odds (natural logarithm), above zero whichever its
    stance. A finding without evidence cannot be made.
    """

    rule: str
    fault_class: FaultClass
    object: ObjectRef
    stance: Stance
    weight: float = Field(gt=0)
    statement: str
    evidence_ids: tuple[EvidenceId, ...] = Field(min_length=1)


class Cause(Value):
    """A possible cause with all that speaks for and against it.

    `confidence` is between 0 and 1 and meant as a probability; `facts` holds what a planner needs
    to act on it (for a bad release, the revision that was good). `explanation` is three lines for a
    person: what, why, and why not the runner-up.
    """

    fault_class: FaultClass
    object: ObjectRef
    confidence: float = Field(ge=0, le=1)
    statement: str
    findings: tuple[Finding, ...] = Field(min_length=1)
    facts: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    explanation: tuple[str, ...] = Field(default=(), max_length=3)

    @property
    def evidence_for(self) -> tuple[EvidenceId, ...]:
        """Return the ids of all evidence that speaks for the cause, without repeats."""
        return _ids(self.findings, Stance.FOR)

    @property
    def evidence_against(self) -> tuple[EvidenceId, ...]:
        """Return the ids of all evidence that speaks against the cause, without repeats."""
        return _ids(self.findings, Stance.AGAINST)


class Dismissal(Value):
    """A person's word that something is not the cause, with the reason they gave."""

    object: ObjectRef
    fault_class: FaultClass
    reason: str = ""


class Question(Value):
    """Something worth asking before judging: which specialist should look at what, and why.

    `wait_s` is how long to wait before: some questions only time answers. `tool` and its `arguments`
    are the call that answers it, where one does.
    """

    specialist: str
    topic: str
    object: ObjectRef
    reason: str
    wait_s: float = Field(default=0.0, ge=0, le=60)
    tool: str = ""
    arguments: dict[str, str | int | bool] = Field(default_factory=dict)


class Dependency(Value):
    """One workload calls another, as some evidence shows."""

    caller: ObjectRef
    callee: ObjectRef
    evidence_ids: tuple[EvidenceId, ...] = Field(min_length=1)


class Conclusion(StrEnum):
    """What a diagnosis comes to. Only a cause that was found may be acted on."""

    CAUSE_FOUND = "cause_found"
    UNDECIDED = "undecided"
    NOTHING_WRONG = "nothing_wrong"
    REPAIR_UNDER_WAY = "repair_under_way"


class Diagnosis(Value):
    """What the evidence adds up to.

    `causes` is ranked, best first. `abstained` says that none is good enough to act on, with the
    reason; then nobody may plan from it, and `conclusion` says why not. `questions` is what further
    evidence would decide; `dependencies` is who calls whom, as far as seen. `dismissed` are causes
    that a person ruled out: shown with what speaks for them, and no part of the decision. `passed`
    is trouble that was real, raised the alert and ended by itself.
    """

    causes: tuple[Cause, ...]
    abstained: bool
    reason: str
    conclusion: Conclusion = Conclusion.UNDECIDED
    questions: tuple[Question, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    dismissed: tuple[Cause, ...] = ()
    passed: tuple[str, ...] = ()


def _ids(findings: tuple[Finding, ...], stance: Stance) -> tuple[EvidenceId, ...]:
    ids = (id_ for finding in findings if finding.stance is stance for id_ in finding.evidence_ids)
    return tuple(dict.fromkeys(ids))
